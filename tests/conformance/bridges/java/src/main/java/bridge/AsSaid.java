package bridge;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import software.amazon.awssdk.core.interceptor.Context;
import software.amazon.awssdk.core.interceptor.ExecutionAttributes;
import software.amazon.awssdk.core.interceptor.ExecutionInterceptor;

/** Holds back a request whose body is not what was asked for. */
final class AsSaid implements ExecutionInterceptor {
    private Map<String, Object> asked = Map.of();
    private boolean hasLeft;

    void expect(Map<String, Object> input) {
        asked = input;
        hasLeft = false;
    }

    boolean hasLeft() {
        return hasLeft;
    }

    @Override
    public void beforeTransmission(Context.BeforeTransmission context, ExecutionAttributes attributes) {
        compare(asked, body(context), "input");
        hasLeft = true;
    }

    private static Map<String, Object> body(Context.BeforeTransmission context) {
        if (context.requestBody().isEmpty()) {
            return Map.of();
        }
        try (var stream = context.requestBody().get().contentStreamProvider().newStream()) {
            String text = new String(stream.readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
            return text.isEmpty() ? Map.of() : Json.members(text);
        } catch (IOException error) {
            throw new UncheckedIOException(error);
        }
    }

    private static void compare(Object wanted, Object sent, String name) {
        if (wanted instanceof Map<?, ?> members && members.containsKey("$moment")) {
            compare(members.get("$moment"), sent, name);
        } else if (wanted instanceof Map<?, ?> members && sent instanceof Map<?, ?> others) {
            for (var other : others.entrySet()) {
                if (!members.containsKey(other.getKey())) {
                    throw changed(name + "." + other.getKey() + ", which was left out,", other.getValue());
                }
            }
            members.forEach((key, each) -> compare(each, others.get(key), name + "." + key));
        } else if (wanted instanceof List<?> list && sent instanceof List<?> others && list.size() == others.size()) {
            for (int i = 0; i < list.size(); i++) {
                compare(list.get(i), others.get(i), name + "[]");
            }
        } else if (wanted instanceof Double number && sent instanceof Double other) {
            if (Math.abs(number - other) > 0.001) {
                throw changed(name, sent);
            }
        } else if (!Objects.equals(wanted, sent)) {
            throw changed(name, sent);
        }
    }

    private static NotSaid changed(String name, Object sent) {
        return new NotSaid("the SDK changes " + name + " to " + sent);
    }
}
