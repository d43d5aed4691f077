package io.tailrace.cluster.quota;

import io.tailrace.cluster.quota.QuotaEntity.Part;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;
import org.pcollections.HashTreePMap;
import org.pcollections.PMap;

/**
 * All quotas, at one moment. Immutable.
 *
 * @param byEntity none of which limits nothing
 */
public record QuotaTable(PMap<QuotaEntity, Quota> byEntity) {
    /** Nobody is limited. */
    public static final QuotaTable EMPTY = new QuotaTable(HashTreePMap.empty());

    private static final Comparator<Part> ANY_THEN_DEFAULT_THEN_NAMES = Comparator.<Part, Boolean>comparing(
                    part -> !part.isAny())
            .thenComparing(part -> !part.isDefault())
            .thenComparing(Part::name, Comparator.nullsFirst(Comparator.naturalOrder()));

    /**
     * What limits a client.
     *
     * @param sharedBy who counts together
     * @param rate bytes a second
     */
    record Limit(Bucket sharedBy, long rate) {}

    /** Who counts together: an entity, and for a default one whom of those that it is for. Null where that does not matter. */
    record Bucket(
            QuotaKind kind,
            QuotaEntity entity,
            @Nullable String principal,
            @Nullable String clientId) {
        /** That of all whom the entity is for together. */
        Bucket all() {
            return new Bucket(kind, entity, null, null);
        }
    }

    /** Those. */
    public static QuotaTable of(Collection<Quota> quotas) {
        QuotaTable all = EMPTY;
        for (Quota quota : quotas) {
            all = all.with(quota);
        }
        return all;
    }

    /** The same with that one instead of what the entity had. */
    public QuotaTable with(Quota quota) {
        return new QuotaTable(quota.isNone() ? byEntity.minus(quota.entity()) : byEntity.plus(quota.entity(), quota));
    }

    /** Whether nobody is limited. */
    public boolean isEmpty() {
        return byEntity.isEmpty();
    }

    /** All of them, in an order of their own. */
    public List<Quota> list() {
        return byEntity.values().stream()
                .sorted(Comparator.comparing((Quota quota) -> quota.entity().principal(), ANY_THEN_DEFAULT_THEN_NAMES)
                        .thenComparing(quota -> quota.entity().clientId(), ANY_THEN_DEFAULT_THEN_NAMES))
                .toList();
    }

    /**
     * What limits that client, or {@code null}. In Kafka's order the more special comes first: principal and client id, principal and default
     * client id, principal; the same with the default principal; client id, default client id. A quota that does not limit this kind is
     * passed over.
     */
    @Nullable
    Limit find(QuotaKind kind, ClientIdentity client) {
        if (byEntity.isEmpty()) {
            return null;
        }
        Limit found = find(kind, Part.named(client.principal()), client);
        if (found == null) {
            found = find(kind, Part.DEFAULT, client);
        }
        return found == null ? find(kind, Part.ANY, client) : found;
    }

    private @Nullable Limit find(QuotaKind kind, Part principal, ClientIdentity client) {
        for (Part clientId : List.of(Part.named(client.clientId()), Part.DEFAULT, Part.ANY)) {
            Limit found = principal.isAny() && clientId.isAny() ? null : limit(kind, principal, clientId, client);
            if (found != null) {
                return found;
            }
        }
        return null;
    }

    private @Nullable Limit limit(QuotaKind kind, Part principal, Part clientId, ClientIdentity client) {
        Quota quota = byEntity.get(new QuotaEntity(principal, clientId));
        OptionalLong rate = quota == null ? OptionalLong.empty() : quota.rate(kind);
        if (quota == null || rate.isEmpty()) {
            return null;
        }
        return new Limit(
                new Bucket(
                        kind,
                        quota.entity(),
                        principal.isAny() ? null : client.principal(),
                        clientId.isAny() ? null : client.clientId()),
                rate.getAsLong());
    }
}
