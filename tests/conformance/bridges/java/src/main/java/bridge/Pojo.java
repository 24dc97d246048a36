package bridge;

import java.math.BigDecimal;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import software.amazon.awssdk.core.SdkField;
import software.amazon.awssdk.core.SdkPojo;
import software.amazon.awssdk.core.protocol.MarshallingType;
import software.amazon.awssdk.core.traits.ListTrait;
import software.amazon.awssdk.core.traits.MapTrait;
import software.amazon.awssdk.core.util.SdkAutoConstructList;
import software.amazon.awssdk.core.util.SdkAutoConstructMap;
import software.amazon.awssdk.utils.builder.Buildable;

/** Members of the service model to what the SDK makes of them, and back. */
final class Pojo {
    private Pojo() {}

    static Object build(SdkPojo builder, Map<String, Object> members) {
        var fields = new LinkedHashMap<String, SdkField<?>>();
        builder.sdkFields().forEach(field -> fields.put(field.memberName(), field));
        members.forEach((name, value) -> {
            if (!fields.containsKey(name)) {
                throw new NotSaid("the SDK knows no member " + name);
            }
            fields.get(name).set(builder, value(fields.get(name), value));
        });
        return ((Buildable) builder).build();
    }

    /** Without those that the SDK left unset. */
    static Map<String, Object> members(SdkPojo pojo) {
        var members = new LinkedHashMap<String, Object>();
        for (var field : pojo.sdkFields()) {
            Object value = field.getValueOrDefault(pojo);
            if (value != null && !(value instanceof SdkAutoConstructList) && !(value instanceof SdkAutoConstructMap)) {
                members.put(field.memberName(), plain(value));
            }
        }
        return members;
    }

    private static Object value(SdkField<?> field, Object from) {
        MarshallingType<?> type = field.marshallingType();
        if (type == MarshallingType.SDK_POJO) {
            return build(field.constructor().get(), Json.members(from));
        }
        if (type == MarshallingType.LIST) {
            var element = field.getTrait(ListTrait.class).memberFieldInfo();
            var list = new ArrayList<>();
            ((List<?>) from).forEach(each -> list.add(value(element, each)));
            return list;
        }
        if (type == MarshallingType.MAP) {
            var element = field.getTrait(MapTrait.class).valueFieldInfo();
            var map = new LinkedHashMap<String, Object>();
            Json.members(from).forEach((key, each) -> map.put(key, value(element, each)));
            return map;
        }
        if (type == MarshallingType.INSTANT) {
            double seconds = (Double) Json.members(from).get("$moment");
            return Instant.ofEpochMilli(Math.round(seconds * 1000));
        }
        if (type == MarshallingType.INTEGER) {
            return ((Double) from).intValue();
        }
        return type == MarshallingType.LONG ? (Object) ((Double) from).longValue() : from;
    }

    private static Object plain(Object value) {
        if (value instanceof SdkPojo pojo) {
            return members(pojo);
        }
        if (value instanceof List<?> list) {
            return list.stream().map(Pojo::plain).toList();
        }
        if (value instanceof Map<?, ?> map) {
            var members = new LinkedHashMap<String, Object>();
            map.forEach((key, each) -> members.put((String) key, plain(each)));
            return members;
        }
        if (value instanceof Instant moment) {
            return Map.of("$moment", new BigDecimal(moment.toEpochMilli()).movePointLeft(3));
        }
        return value;
    }
}
