// As python/drive.py: node PROGRAM.js SECONDS < shapes
import fs from "node:fs";

const ticksPerSecond = 100;

// decide: of a shape, the name of the rule if sampled, else a falsy value
export function drive(decide) {
    const seconds = Number(process.argv[2]);
    const shapes = JSON.parse(fs.readFileSync(0, "utf8"));
    for (const shape of shapes) decide(shape); // starts the pollers
    const told = {};
    for (const { name } of shapes)
        told[name] = { asked: Array(seconds).fill(0), sampled: Array(seconds).fill(0), rules: {} };

    function step(tick) {
        for (const shape of shapes) {
            const row = told[shape.name];
            const second = Math.floor(tick / ticksPerSecond);
            const due = (until) => Math.floor((until * shape.per_second) / ticksPerSecond);
            for (let left = due(tick + 1) - due(tick); left > 0; left--) {
                const rule = decide(shape);
                row.asked[second]++;
                if (!rule) continue;
                row.sampled[second]++;
                row.rules[rule] = (row.rules[rule] ?? 0) + 1;
            }
        }
    }

    setTimeout(() => {
        const begun = performance.now();
        let tick = 0;
        const timer = setInterval(() => {
            for (; tick < seconds * ticksPerSecond && performance.now() - begun >= tick * 10; tick++) step(tick);
            if (tick < seconds * ticksPerSecond) return;
            clearInterval(timer);
            process.stdout.write(JSON.stringify(told) + "\n", () => process.exit(0));
        }, 5);
    }, 2000);
}
