package io.tailrace.cluster.quota;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class ThrottlesTest {
    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);
    private static final QuotaEntity BILLING = QuotaEntity.clientId("billing");

    private final AtomicLong nanos = new AtomicLong(-5 * SECOND);
    private final Throttles throttles = new Throttles(nanos::get);

    private static Quota produce(QuotaEntity entity, long rate) {
        return new Quota(entity, OptionalLong.of(rate), OptionalLong.empty());
    }

    private void learn(Quota... quotas) {
        throttles.learn(QuotaTable.of(List.of(quotas)));
    }

    private Throttle producer(String clientId) {
        return throttles.of(QuotaKind.PRODUCE, ClientIdentity.anonymous(clientId));
    }

    private Throttle consumer(String clientId) {
        return throttles.of(QuotaKind.CONSUME, ClientIdentity.anonymous(clientId));
    }

    @Test
    void whoHasNoQuotaNeverWaits() {
        learn(produce(BILLING, 1_000));
        Throttle other = producer("other");
        other.charge(1_000_000_000);
        assertThat(other.nanosToWait()).isZero();
        assertThat(other.rate()).isEmpty();
        Throttle reading = consumer("billing");
        reading.charge(1_000_000_000);
        assertThat(reading.nanosToWait()).isZero();
    }

    @Test
    void whoHasUsedItUpWaitsUntilItIsPaid() {
        learn(produce(BILLING, 1_000));
        Throttle billing = producer("billing");
        billing.charge(3_000);
        assertThat(billing.nanosToWait()).isEqualTo(3 * SECOND);
        nanos.addAndGet(3 * SECOND);
        assertThat(billing.nanosToWait()).isZero();
        assertThat(billing.rate()).hasValue(1_000);
    }

    @Test
    void manyThatDoLittleWaitForEachOther() {
        learn(produce(BILLING, 1_000));
        for (int i = 1; i <= 10; i++) {
            Throttle each = producer("billing");
            assertThat(each.nanosToWait()).isEqualTo((i - 1) * SECOND);
            each.charge(1_000);
        }
    }

    @Test
    void whatIsReservedPassesBehindWhatWasReservedBefore() {
        learn(produce(BILLING, 1_000));
        Throttle first = producer("billing");
        Throttle second = producer("billing");
        first.reserve(2_000);
        second.reserve(1_000);
        assertThat(first.nanosToWait()).isZero();
        assertThat(second.nanosToWait()).isEqualTo(2 * SECOND);
    }

    @Test
    void aQuotaThatIsTakenAwayLetsThoseGoWhoWait() {
        learn(produce(BILLING, 1_000));
        Throttle billing = producer("billing");
        billing.charge(1_000_000);
        assertThat(billing.nanosToWait()).isPositive();
        learn();
        assertThat(billing.nanosToWait()).isZero();
    }

    @Test
    void anotherRateHoldsForWhoWaits() {
        learn(produce(BILLING, 1_000));
        Throttle billing = producer("billing");
        billing.charge(100_000);
        learn(produce(BILLING, 100_000));
        assertThat(billing.nanosToWait()).isEqualTo(SECOND);
    }

    @Test
    void aQuotaOfOnesOwnTakesThePlaceOfTheDefault() {
        learn(produce(QuotaEntity.defaultClientId(), 1_000));
        Throttle billing = producer("billing");
        billing.charge(1_000_000);
        learn(produce(QuotaEntity.defaultClientId(), 1_000), produce(BILLING, 5_000));
        assertThat(billing.nanosToWait()).isZero();
        billing.charge(5_000);
        assertThat(billing.nanosToWait()).isEqualTo(SECOND);
    }

    @Test
    void moreClientsThanAreKeptApartShareWhatIsLeft() {
        learn(produce(QuotaEntity.defaultClientId(), 1_000));
        for (int i = 0; i < Throttles.MAX_BUCKETS; i++) {
            producer("client " + i).charge(10_000);
        }
        Throttle one = producer("one");
        Throttle other = producer("other");
        one.charge(1_000);
        other.charge(1_000);
        assertThat(one.nanosToWait()).isEqualTo(SECOND);
        assertThat(other.nanosToWait()).isEqualTo(2 * SECOND);
        // When the others have paid they are forgotten, and there is room again.
        nanos.addAndGet(20 * SECOND);
        Throttle third = producer("third");
        Throttle fourth = producer("fourth");
        third.charge(1_000);
        fourth.charge(1_000);
        assertThat(third.nanosToWait()).isEqualTo(SECOND);
        assertThat(fourth.nanosToWait()).isEqualTo(SECOND);
    }
}
