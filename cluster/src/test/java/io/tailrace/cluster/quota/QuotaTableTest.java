package io.tailrace.cluster.quota;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tailrace.cluster.quota.QuotaEntity.Part;
import io.tailrace.cluster.quota.QuotaTable.Limit;
import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.TailraceException;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class QuotaTableTest {
    private static final ClientIdentity CLIENT = new ClientIdentity("alice", "billing");
    private static final Part ALICE = Part.named("alice");
    private static final Part BILLING = Part.named("billing");

    /** In Kafka's order, the most special first. */
    private static final List<QuotaEntity> BY_PRECEDENCE = List.of(
            new QuotaEntity(ALICE, BILLING),
            new QuotaEntity(ALICE, Part.DEFAULT),
            new QuotaEntity(ALICE, Part.ANY),
            new QuotaEntity(Part.DEFAULT, BILLING),
            new QuotaEntity(Part.DEFAULT, Part.DEFAULT),
            new QuotaEntity(Part.DEFAULT, Part.ANY),
            new QuotaEntity(Part.ANY, BILLING),
            new QuotaEntity(Part.ANY, Part.DEFAULT));

    private static Quota produce(QuotaEntity entity, long rate) {
        return new Quota(entity, OptionalLong.of(rate), OptionalLong.empty());
    }

    private static Quota consume(QuotaEntity entity, long rate) {
        return new Quota(entity, OptionalLong.empty(), OptionalLong.of(rate));
    }

    private static Limit found(QuotaTable table, QuotaKind kind, ClientIdentity client) {
        Limit limit = table.find(kind, client);
        assertThat(limit).isNotNull();
        return limit;
    }

    @Test
    void theMostSpecialQuotaHoldsInKafkasOrder() {
        QuotaTable table = QuotaTable.EMPTY;
        List<Long> held = new ArrayList<>();
        for (int i = BY_PRECEDENCE.size() - 1; i >= 0; i--) {
            table = table.with(produce(BY_PRECEDENCE.get(i), 1_000 + i));
            held.add(found(table, QuotaKind.PRODUCE, CLIENT).rate());
        }
        assertThat(held).containsExactly(1_007L, 1_006L, 1_005L, 1_004L, 1_003L, 1_002L, 1_001L, 1_000L);
    }

    @Test
    void aQuotaOfTheOtherKindIsPassedOver() {
        QuotaTable table = QuotaTable.of(List.of(
                consume(QuotaEntity.clientId("billing"), 1_000), produce(QuotaEntity.defaultClientId(), 2_000)));
        assertThat(found(table, QuotaKind.PRODUCE, CLIENT).rate()).isEqualTo(2_000);
        assertThat(found(table, QuotaKind.CONSUME, CLIENT).rate()).isEqualTo(1_000);
        assertThat(table.find(QuotaKind.CONSUME, ClientIdentity.anonymous("other")))
                .isNull();
    }

    @Test
    void eachClientIdHasADefaultQuotaForItselfAndAllThatDoNotNameThemselvesHaveOne() {
        QuotaTable table = QuotaTable.of(List.of(produce(QuotaEntity.defaultClientId(), 1_000)));
        Limit one = found(table, QuotaKind.PRODUCE, ClientIdentity.anonymous("one"));
        Limit two = found(table, QuotaKind.PRODUCE, ClientIdentity.anonymous("two"));
        assertThat(one.sharedBy()).isNotEqualTo(two.sharedBy());
        assertThat(found(table, QuotaKind.PRODUCE, new ClientIdentity("alice", "one")))
                .isEqualTo(one);
        assertThat(found(table, QuotaKind.PRODUCE, ClientIdentity.anonymous("")))
                .isNotNull();
    }

    @Test
    void theClientsOfAPrincipalShareItsQuota() {
        QuotaTable table = QuotaTable.of(List.of(produce(new QuotaEntity(ALICE, Part.ANY), 1_000)));
        assertThat(found(table, QuotaKind.PRODUCE, new ClientIdentity("alice", "one")))
                .isEqualTo(found(table, QuotaKind.PRODUCE, new ClientIdentity("alice", "two")));
        assertThat(table.find(QuotaKind.PRODUCE, ClientIdentity.anonymous("one")))
                .isNull();
    }

    @Test
    void aQuotaThatLimitsNothingIsGone() {
        QuotaTable table = QuotaTable.of(List.of(produce(QuotaEntity.clientId("billing"), 1_000)))
                .with(Quota.none(QuotaEntity.clientId("billing")));
        assertThat(table.isEmpty()).isTrue();
        assertThat(table.find(QuotaKind.PRODUCE, CLIENT)).isNull();
    }

    @Test
    void theyAreListedInAnOrderOfTheirOwn() {
        List<Quota> quotas = new ArrayList<>();
        BY_PRECEDENCE.forEach(entity -> quotas.add(produce(entity, 1_000)));
        QuotaTable table = QuotaTable.of(quotas);
        assertThat(table.list())
                .hasSize(8)
                .containsExactlyElementsOf(QuotaTable.of(table.list()).list());
        assertThat(table.list().get(0).entity()).isEqualTo(QuotaEntity.defaultClientId());
    }

    @Test
    void whatCannotBeAQuotaIsRefused() {
        refused(() -> Quota.none(new QuotaEntity(Part.ANY, Part.ANY)));
        refused(() -> Quota.none(QuotaEntity.clientId("")));
        refused(() -> Quota.none(QuotaEntity.clientId("a".repeat(256))));
        refused(() -> Quota.none(QuotaEntity.clientId("a\nb")));
        refused(() -> produce(QuotaEntity.defaultClientId(), Quota.MIN_RATE - 1));
        refused(() -> consume(QuotaEntity.defaultClientId(), Quota.MAX_RATE + 1));
        refused(() -> ClientIdentity.anonymous("a".repeat(256)));
    }

    private static void refused(org.assertj.core.api.ThrowableAssert.ThrowingCallable call) {
        assertThatThrownBy(call).isInstanceOfSatisfying(TailraceException.class, e -> assertThat(e.code())
                .isEqualTo(ErrorCode.INVALID_ARGUMENT));
    }
}
