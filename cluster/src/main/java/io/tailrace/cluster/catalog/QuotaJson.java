package io.tailrace.cluster.catalog;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tailrace.cluster.quota.Quota;
import io.tailrace.cluster.quota.QuotaEntity;
import io.tailrace.cluster.quota.QuotaEntity.Part;
import io.tailrace.cluster.quota.QuotaTable;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;

/**
 * Quotas as trees: {@code {"principal", "client-id", "producer_byte_rate", "consumer_byte_rate"}}, each of which may be missing. Of whom it is for, text is a
 * name, null the default, and what is missing does not matter; a rate that is missing is no limit.
 */
final class QuotaJson {
    private static final String PRINCIPAL = "principal";
    private static final String CLIENT_ID = "client-id";
    private static final String PRODUCER_BYTE_RATE = "producer_byte_rate";
    private static final String CONSUMER_BYTE_RATE = "consumer_byte_rate";

    private QuotaJson() {}

    static ObjectNode of(Quota quota) {
        ObjectNode tree = JsonNodeFactory.instance.objectNode();
        put(tree, PRINCIPAL, quota.entity().principal());
        put(tree, CLIENT_ID, quota.entity().clientId());
        quota.producerByteRate().ifPresent(rate -> tree.put(PRODUCER_BYTE_RATE, rate));
        quota.consumerByteRate().ifPresent(rate -> tree.put(CONSUMER_BYTE_RATE, rate));
        return tree;
    }

    private static void put(ObjectNode tree, String field, Part part) {
        if (!part.isAny()) {
            tree.put(field, part.name());
        }
    }

    static Quota quota(JsonNode tree) {
        return new Quota(
                new QuotaEntity(part(tree, PRINCIPAL), part(tree, CLIENT_ID)),
                rate(tree, PRODUCER_BYTE_RATE),
                rate(tree, CONSUMER_BYTE_RATE));
    }

    private static Part part(JsonNode tree, String field) {
        JsonNode name = tree.get(field);
        if (name == null) {
            return Part.ANY;
        }
        return name.isNull() ? Part.DEFAULT : Part.named(name.asText());
    }

    private static OptionalLong rate(JsonNode tree, String field) {
        return tree.has(field) ? OptionalLong.of(tree.get(field).asLong()) : OptionalLong.empty();
    }

    static QuotaTable table(JsonNode array) {
        List<Quota> quotas = new ArrayList<>();
        array.forEach(quota -> quotas.add(quota(quota)));
        return QuotaTable.of(quotas);
    }
}
