// The AWS SDK for JavaScript v3 behind clients/bridge.py: node bridge.js ENDPOINT REGION
import readline from "node:readline";
import * as sdk from "@aws-sdk/client-xray";

const [endpoint, region] = process.argv.slice(2);
const credentials = { accessKeyId: "conformance", secretAccessKey: "conformance" };
const client = new sdk.XRayClient({ endpoint, region, credentials, maxAttempts: 2 });

function toSdk(value) {
    if (Array.isArray(value)) return value.map(toSdk);
    if (value === null || typeof value !== "object") return value;
    if ("$moment" in value) return new Date(value.$moment * 1000);
    return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, toSdk(each)]));
}

function fromSdk(value) {
    if (value instanceof Date) return { $moment: value.getTime() / 1000 };
    if (Array.isArray(value)) return value.map(fromSdk);
    if (value === null || typeof value !== "object") return value;
    return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, fromSdk(each)]));
}

async function answer({ operation, input }) {
    try {
        const { $metadata, ...output } = await client.send(new sdk[`${operation}Command`](toSdk(input)));
        return { output: fromSdk(output) };
    } catch (error) {
        if (!error.$metadata) return { error: { code: error.name, message: String(error.stack), status: 0 } };
        const members = { ResourceName: error.ResourceName };
        return { error: { code: error.name, message: error.message, status: error.$metadata.httpStatusCode, members } };
    }
}

for await (const line of readline.createInterface({ input: process.stdin }))
    process.stdout.write(JSON.stringify(await answer(JSON.parse(line))) + "\n");
