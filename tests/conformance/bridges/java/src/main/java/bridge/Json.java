package bridge;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import software.amazon.awssdk.protocols.jsoncore.JsonNode;
import software.amazon.awssdk.protocols.jsoncore.JsonWriter;

/** JSON as maps, lists, strings, doubles and booleans, by what the SDK itself reads and writes it with. */
final class Json {
    private Json() {}

    static Map<String, Object> members(String text) {
        return members(value(JsonNode.parser().parse(text)));
    }

    @SuppressWarnings("unchecked")
    static Map<String, Object> members(Object value) {
        return (Map<String, Object>) value;
    }

    static String text(Object value) {
        try (JsonWriter writer = JsonWriter.create()) {
            write(writer, value);
            return new String(writer.getBytes(), java.nio.charset.StandardCharsets.UTF_8);
        }
    }

    private static Object value(JsonNode node) {
        if (node.isObject()) {
            var members = new LinkedHashMap<String, Object>();
            node.asObject().forEach((key, each) -> members.put(key, value(each)));
            return members;
        }
        if (node.isArray()) {
            var list = new ArrayList<>();
            node.asArray().forEach(each -> list.add(value(each)));
            return list;
        }
        if (node.isNumber()) {
            return Double.valueOf(node.asNumber());
        }
        return node.isBoolean() ? (Object) node.asBoolean() : node.isNull() ? null : node.text();
    }

    private static void write(JsonWriter writer, Object value) {
        if (value instanceof Map<?, ?> map) {
            writer.writeStartObject();
            map.forEach((key, each) -> {
                writer.writeFieldName((String) key);
                write(writer, each);
            });
            writer.writeEndObject();
        } else if (value instanceof List<?> list) {
            writer.writeStartArray();
            list.forEach(each -> write(writer, each));
            writer.writeEndArray();
        } else if (value instanceof Number number) {
            writer.writeNumber(number.toString());
        } else if (value instanceof Boolean truth) {
            writer.writeValue(truth);
        } else {
            writer.writeValue((String) value);
        }
    }
}
