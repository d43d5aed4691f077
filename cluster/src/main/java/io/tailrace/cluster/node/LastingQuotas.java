package io.tailrace.cluster.node;

import io.tailrace.cluster.quota.Quota;
import io.tailrace.cluster.quota.QuotaEntity;
import io.tailrace.cluster.quota.Quotas;
import io.tailrace.engine.error.ErrorCode;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;

/** The quotas, asked of the node as it is at the moment. */
final class LastingQuotas implements Quotas {
    private final Lives lives;

    LastingQuotas(Lives lives) {
        this.lives = lives;
    }

    private CompletionStage<Quota> change(Function<Quotas, CompletionStage<Quota>> change) {
        return lives.ask(ErrorCode.CATALOG_UNAVAILABLE, ErrorCode.OUTCOME_UNKNOWN, node -> change.apply(node.quotas()));
    }

    @Override
    public CompletionStage<List<Quota>> list() {
        return lives.ask(ErrorCode.CATALOG_UNAVAILABLE, ErrorCode.CATALOG_UNAVAILABLE, node -> node.quotas()
                .list());
    }

    @Override
    public CompletionStage<Quota> set(Quota quota) {
        return change(quotas -> quotas.set(quota));
    }

    @Override
    public CompletionStage<Quota> delete(QuotaEntity entity) {
        return change(quotas -> quotas.delete(entity));
    }
}
