package sampler;

import com.amazonaws.xray.strategy.sampling.CentralizedSamplingStrategy;
import com.amazonaws.xray.strategy.sampling.SamplingRequest;
import com.amazonaws.xray.strategy.sampling.SamplingResponse;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.HashMap;
import java.util.Map;

/** The X-Ray SDK for Java: its sampler, asked as its servlet filter asks it. As python/drive.py: XRaySdk SECONDS. */
public final class XRaySdk {
    private static final int TICKS_PER_SECOND = 100;

    private final CentralizedSamplingStrategy strategy = new CentralizedSamplingStrategy();

    /** Counts of one shape, by second. */
    public static final class Row {
        public final int[] asked;
        public final int[] sampled;
        public final Map<String, Integer> rules = new HashMap<>();

        Row(int seconds) {
            asked = new int[seconds];
            sampled = new int[seconds];
        }
    }

    public static void main(String[] arguments) throws Exception {
        int seconds = Integer.parseInt(arguments[0]);
        var json = new ObjectMapper();
        JsonNode shapes = json.readTree(System.in);
        System.out.println(json.writeValueAsString(new XRaySdk().drive(shapes, seconds)));
        System.exit(0); // the pollers are not asked to end
    }

    private Map<String, Row> drive(JsonNode shapes, int seconds) throws InterruptedException {
        var told = new HashMap<String, Row>();
        for (JsonNode shape : shapes) {
            decide(shape); // starts the pollers
            told.put(shape.get("name").asText(), new Row(seconds));
        }
        Thread.sleep(2000);
        long begun = System.nanoTime();
        for (int tick = 0; tick < seconds * TICKS_PER_SECOND; tick++) {
            long early = begun + tick * (1_000_000_000L / TICKS_PER_SECOND) - System.nanoTime();
            Thread.sleep(Math.max(0, early / 1_000_000));
            for (JsonNode shape : shapes) {
                int pace = shape.get("per_second").asInt();
                int due = (tick + 1) * pace / TICKS_PER_SECOND - tick * pace / TICKS_PER_SECOND;
                for (; due > 0; due--) {
                    count(told.get(shape.get("name").asText()), tick / TICKS_PER_SECOND, decide(shape));
                }
            }
        }
        return told;
    }

    private SamplingResponse decide(JsonNode shape) {
        return strategy.shouldTrace(new SamplingRequest(shape.get("service").asText(), shape.get("host").asText(),
                shape.get("path").asText(), shape.get("method").asText(), null));
    }

    private static void count(Row row, int second, SamplingResponse decision) {
        row.asked[second]++;
        if (decision.isSampled()) {
            row.sampled[second]++;
            decision.getRuleName().ifPresent(rule -> row.rules.merge(rule, 1, Integer::sum));
        }
    }
}
