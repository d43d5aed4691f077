package io.tailrace.http;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.tailrace.cluster.quota.Quota;
import io.tailrace.cluster.quota.QuotaEntity;
import io.tailrace.cluster.quota.QuotaEntity.Part;
import io.tailrace.cluster.quota.Quotas;
import java.io.IOException;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.http.javadsl.model.HttpEntities;
import org.apache.pekko.http.javadsl.model.HttpRequest;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.model.StatusCodes;
import org.apache.pekko.util.ByteString;
import org.jspecify.annotations.Nullable;

/** {@code /v1/quotas}: how much clients may do is shown and changed. */
final class QuotaRoutes implements Routes {
    private static final String CLIENT_ID = "client_id";
    private static final String PRINCIPAL = "principal";
    private static final String DEFAULT = "default";
    private static final String PRODUCER_BYTE_RATE = "producer_byte_rate";
    private static final String CONSUMER_BYTE_RATE = "consumer_byte_rate";

    private final ServedNode node;

    QuotaRoutes(ServedNode node) {
        this.node = node;
    }

    @Override
    public @Nullable Resource at(List<String> path) {
        if (!path.equals(List.of("v1", "quotas"))) {
            return null;
        }
        return Resource.of("GET", Media.json(request -> list()))
                .and("PUT", Media.json(this::set))
                .and("DELETE", this::delete);
    }

    private Quotas quotas() {
        return node.tailrace().quotas();
    }

    private CompletionStage<HttpResponse> list() {
        return quotas().list()
                .thenApply(all -> json(Json.object(json -> {
                    json.writeArrayFieldStart("quotas");
                    for (Quota quota : all) {
                        json.writeStartObject();
                        write(json, quota);
                        json.writeEndObject();
                    }
                    json.writeEndArray();
                })));
    }

    private CompletionStage<HttpResponse> set(HttpRequest request) {
        Media.requireJson(request);
        return Bodies.read(node, request)
                .thenCompose(body -> quotas().set(quota(body)))
                .thenApply(quota -> json(Json.object(json -> write(json, quota))));
    }

    private CompletionStage<HttpResponse> delete(HttpRequest request) {
        Parameters parameters = Parameters.of(request, CLIENT_ID, PRINCIPAL, DEFAULT);
        for (String which : parameters.all(DEFAULT)) {
            if (!which.equals(CLIENT_ID) && !which.equals(PRINCIPAL)) {
                throw Json.malformed("default is '" + Json.shown(which, 30) + "': give client_id or principal.");
            }
        }
        QuotaEntity entity = new QuotaEntity(part(parameters, PRINCIPAL), part(parameters, CLIENT_ID));
        return quotas().delete(entity).thenApply(gone -> HttpResponse.create().withStatus(StatusCodes.NO_CONTENT));
    }

    private static Part part(Parameters parameters, String which) {
        String name = parameters.single(which);
        boolean isDefault = parameters.all(DEFAULT).contains(which);
        if (name != null && isDefault) {
            throw Json.malformed("There is a " + which + ", and the default one: give one of them.");
        }
        if (name == null) {
            return isDefault ? Part.DEFAULT : Part.ANY;
        }
        return Part.named(name);
    }

    private static Quota quota(byte[] body) {
        Part[] whose = {Part.ANY, Part.ANY};
        OptionalLong[] rates = {OptionalLong.empty(), OptionalLong.empty()};
        ObjectReader.readBody(body, (field, value) -> {
            switch (field) {
                case PRINCIPAL -> whose[0] = part(value, field);
                case CLIENT_ID -> whose[1] = part(value, field);
                case PRODUCER_BYTE_RATE -> rates[0] = rate(value, field);
                case CONSUMER_BYTE_RATE -> rates[1] = rate(value, field);
                default -> {
                    return false;
                }
            }
            return true;
        });
        Quota quota = new Quota(new QuotaEntity(whose[0], whose[1]), rates[0], rates[1]);
        if (quota.isNone()) {
            throw Json.malformed(
                    "No rate is given: give producer_byte_rate or consumer_byte_rate, or DELETE the quota.");
        }
        return quota;
    }

    private static Part part(JsonParser value, String field) throws IOException {
        return value.currentToken() == JsonToken.VALUE_NULL
                ? Part.DEFAULT
                : Part.named(ObjectReader.text(value, field));
    }

    private static OptionalLong rate(JsonParser value, String field) throws IOException {
        return value.currentToken() == JsonToken.VALUE_NULL
                ? OptionalLong.empty()
                : OptionalLong.of(ObjectReader.number(value, field, Quota.MIN_RATE, Quota.MAX_RATE));
    }

    private static void write(JsonGenerator json, Quota quota) throws IOException {
        write(json, PRINCIPAL, quota.entity().principal());
        write(json, CLIENT_ID, quota.entity().clientId());
        write(json, PRODUCER_BYTE_RATE, quota.producerByteRate());
        write(json, CONSUMER_BYTE_RATE, quota.consumerByteRate());
    }

    private static void write(JsonGenerator json, String field, Part part) throws IOException {
        if (!part.isAny()) {
            json.writeStringField(field, part.name());
        }
    }

    private static void write(JsonGenerator json, String field, OptionalLong rate) throws IOException {
        if (rate.isPresent()) {
            json.writeNumberField(field, rate.getAsLong());
        }
    }

    private static HttpResponse json(ByteString body) {
        return HttpResponse.create().withEntity(HttpEntities.create(Media.JSON, body));
    }
}
