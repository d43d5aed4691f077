package io.tailrace.cluster.catalog;

import io.tailrace.cluster.quota.Quota;
import io.tailrace.cluster.quota.QuotaEntity;
import io.tailrace.cluster.quota.Quotas;
import java.util.List;
import java.util.concurrent.CompletionStage;

/** {@link Quotas} by asking the catalogue. */
public final class CatalogQuotas implements Quotas {
    private final CatalogClient catalog;

    /** Over that. */
    public CatalogQuotas(CatalogClient catalog) {
        this.catalog = catalog;
    }

    @Override
    public CompletionStage<List<Quota>> list() {
        return catalog.confirmed().thenApply(all -> all.quotas().list());
    }

    @Override
    public CompletionStage<Quota> set(Quota quota) {
        return catalog.setQuota(quota).thenApply(all -> quota);
    }

    @Override
    public CompletionStage<Quota> delete(QuotaEntity entity) {
        Quota none = Quota.none(entity);
        return catalog.setQuota(none).thenApply(all -> none);
    }
}
