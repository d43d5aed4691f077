package io.tailrace.test.compaction;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** What judges the killed node finds what it is there to find. */
class LedgerTest {
    private static boolean isOfTheFirstKey(long number) {
        return KeyedNumbers.key(number).equals(KeyedNumbers.key(0));
    }

    /** Of the first key, ascending. */
    private static long number(boolean tombstone, long after) {
        return LongStream.iterate(after + 1, number -> number + 1)
                .filter(LedgerTest::isOfTheFirstKey)
                .filter(number -> KeyedNumbers.isTombstone(number) == tombstone)
                .findFirst()
                .orElseThrow();
    }

    /** All up to there is acknowledged, each at its own number, and it is read anew. */
    private static Ledger acknowledged(long last) {
        Ledger ledger = new Ledger("t");
        ledger.beginLife(0);
        ledger.sent(last);
        ledger.acknowledged(last, last);
        ledger.beginLife(1_000_000_000L);
        return ledger;
    }

    /** What a compacted log has, but for that number. */
    private static void readAllBut(Ledger ledger, long last, long missing) {
        LongStream.rangeClosed(0, last)
                .filter(number -> number != missing)
                .forEach(number -> ledger.read(number, number));
        ledger.readAll(0);
    }

    @Test
    void theNewestRecordsAreAsTheyShouldBe() {
        long last = number(false, 0);
        readAllBut(acknowledged(last), last, -1);
    }

    @Test
    void aValueThatIsLostIsFound() {
        long last = number(false, 0);
        Ledger ledger = acknowledged(last);
        assertThatThrownBy(() -> readAllBut(ledger, last, last)).isInstanceOf(AssertionError.class);
    }

    @Test
    void aDeletedKeyThatComesBackIsFound() {
        long last = number(true, number(false, 0));
        Ledger ledger = acknowledged(last);
        assertThatThrownBy(() -> readAllBut(ledger, last, last)).isInstanceOf(AssertionError.class);
    }

    @Test
    void aRecordAtAnotherOffsetIsFound() {
        long last = number(false, 0);
        Ledger ledger = acknowledged(last);
        assertThatThrownBy(() -> ledger.read(last + 1, last)).isInstanceOf(AssertionError.class);
    }

    @Test
    void anOrderThatIsNotThatOfTheProducerIsFound() {
        Ledger ledger = acknowledged(10);
        ledger.read(1, 5);
        assertThatThrownBy(() -> ledger.read(2, 4)).isInstanceOf(AssertionError.class);
    }
}
