package io.tailrace.cluster.journal;

import static io.tailrace.cluster.journal.PersistentApplication.join;
import static org.assertj.core.api.Assertions.assertThat;

import io.tailrace.cluster.placement.InternalPartition;
import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.TailraceException;
import io.tailrace.engine.record.Compression;
import io.tailrace.engine.record.RecordBatchBuilder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.IntStream;
import org.apache.pekko.NotUsed;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.japi.Pair;
import org.apache.pekko.persistence.AtomicWrite;
import org.apache.pekko.persistence.PersistentRepr;
import org.apache.pekko.persistence.journal.Tagged;
import org.apache.pekko.persistence.query.EventEnvelope;
import org.apache.pekko.persistence.query.Offset;
import org.apache.pekko.persistence.query.PersistenceQuery;
import org.apache.pekko.stream.javadsl.Keep;
import org.apache.pekko.stream.javadsl.Sink;
import org.apache.pekko.stream.javadsl.SinkQueueWithCancel;
import org.apache.pekko.stream.javadsl.Source;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The plugins as an application sees them. */
class TailraceJournalTest {
    @TempDir
    static Path data;

    private static PersistentApplication application;

    @BeforeAll
    static void start() {
        application = new PersistentApplication(data, Map.of());
    }

    @AfterAll
    static void stop() {
        application.close();
    }

    private static TailraceReadJournal query() {
        return PersistenceQuery.get(application.system())
                .getReadJournalFor(TailraceReadJournal.class, TailraceReadJournal.IDENTIFIER);
    }

    private static List<String> events(Source<EventEnvelope, NotUsed> source) {
        return join(source.map(envelope -> envelope.sequenceNr() + ":" + envelope.event())
                .runWith(Sink.seq(), application.system()));
    }

    @Test
    void whatWasPersistedIsThereAfterARestartOfTheNode(@TempDir Path other) {
        try (PersistentApplication before = new PersistentApplication(other, Map.of())) {
            ActorRef<Ledger.Command> first = before.spawn(Ledger.create("restart"));
            assertThat(before.add(first, "a", "b")).containsExactly("a", "b");
            assertThat(before.add(first, "c")).containsExactly("a", "b", "c");
            ActorRef<Ledger.Command> snapshots = before.spawn(Ledger.createWithSnapshots("restart-snapshots", 4));
            for (int i = 1; i <= 9; i++) {
                before.add(snapshots, "s" + i);
            }
        }
        try (PersistentApplication after = new PersistentApplication(other, Map.of())) {
            ActorRef<Ledger.Command> next = after.spawn(Ledger.create("restart"));
            assertThat(after.get(next)).containsExactly("a", "b", "c");
            assertThat(after.add(next, "d")).containsExactly("a", "b", "c", "d");
            assertThat(after.get(after.spawn(Ledger.createWithSnapshots("restart-snapshots", 4))))
                    .hasSize(9)
                    .endsWith("s8", "s9");
        }
    }

    @Test
    void ofTwoActorsOfOnePersistenceIdTheFirstOneIsStopped() {
        ActorRef<Ledger.Command> first = application.spawn(Ledger.create("twice"));
        application.add(first, "a");
        ActorRef<Ledger.Command> second = application.spawn(Ledger.create("twice"));
        assertThat(application.get(second)).containsExactly("a");
        CompletionStage<Void> ended = application.termination(first);
        application.adding(first, "lost");
        join(ended);
        assertThat(application.add(second, "b")).containsExactly("a", "b");
        assertThat(application.get(application.spawn(Ledger.create("twice")))).containsExactly("a", "b");
    }

    @Test
    void anEarlierActorIsFencedAlsoThroughAnotherJournal() {
        ActorRef<Ledger.Command> first = application.spawn(Ledger.create("journals"));
        application.add(first, "a");
        ActorRef<Ledger.Command> second =
                application.spawn(Ledger.createIn(PersistentApplication.OTHER_JOURNAL, "journals"));
        assertThat(application.get(second)).containsExactly("a");
        CompletionStage<Void> ended = application.termination(first);
        application.adding(first, "lost");
        join(ended);
        assertThat(application.add(second, "b")).containsExactly("a", "b");
        assertThat(application.get(application.spawn(Ledger.create("journals"))))
                .containsExactly("a", "b");
    }

    @Test
    void manyPersistenceIdsGoOnAtOnce() {
        List<CompletableFuture<List<String>>> answers = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            ActorRef<Ledger.Command> ledger = application.spawn(Ledger.create("many-" + i));
            for (int event = 0; event < 10; event++) {
                answers.add(application.adding(ledger, "e" + event).toCompletableFuture());
            }
        }
        for (int i = 0; i < answers.size(); i++) {
            assertThat(join(answers.get(i))).hasSize(i % 10 + 1).endsWith("e" + i % 10);
        }
        assertThat(application.get(application.spawn(Ledger.create("many-39")))).hasSize(10);
    }

    @Test
    void oldEventsGoWithTheirSnapshots() {
        ActorRef<Ledger.Command> ledger = application.spawn(Ledger.createWithSnapshots("retention", 5));
        for (int i = 1; i <= 32; i++) {
            application.add(ledger, "e" + i);
        }
        org.awaitility.Awaitility.await()
                .until(() -> events(query().currentEventsByPersistenceId("retention", 0, Long.MAX_VALUE))
                                .size()
                        <= 12);
        ledger.tell(new Ledger.Stop());
        assertThat(application.get(application.spawn(Ledger.createWithSnapshots("retention", 5))))
                .containsExactlyElementsOf(
                        IntStream.rangeClosed(1, 32).mapToObj(i -> "e" + i).toList());
    }

    @Test
    void whatIsLargerThanABatchOrHasNoSerializerIsRejected() {
        EventMapping mapping = new EventMapping(new Payloads(application.system()), Clock.systemUTC());
        PersistentRepr large =
                PersistentRepr.apply("x".repeat(InternalPartition.MAX_MESSAGE_BYTES), 1, "large", "", false, null, "w");
        assertThat(JournalBench.failure(() -> mapping.toWrite(AtomicWrite.apply(large)))
                        .code())
                .isEqualTo(ErrorCode.RECORD_TOO_LARGE);
        PersistentRepr unknown = PersistentRepr.apply(new Object(), 1, "unknown", "", false, null, "w");
        assertThat(JournalBench.failure(() -> mapping.toWrite(AtomicWrite.apply(unknown)))
                        .code())
                .isEqualTo(ErrorCode.SERIALIZATION_FAILED);
    }

    @Test
    void whatAnEventCarriesComesBack() {
        EventMapping mapping = new EventMapping(new Payloads(application.system()), Clock.systemUTC());
        PersistentRepr repr = PersistentRepr.apply(
                        new Tagged("event", Set.of("red", "blue")), 7, "all", "manifest", false, null, "writer")
                .withTimestamp(1234)
                .withMetadata("extra");
        JournalRecord.Event event =
                mapping.toWrite(AtomicWrite.apply(repr)).events().get(0).after(6);
        RecordBatchBuilder builder = new RecordBatchBuilder(Compression.NONE, 1 << 20);
        event.appendTo(builder, "all".getBytes(StandardCharsets.UTF_8), 0);
        JournalRecord.Event read = (JournalRecord.Event)
                JournalRecord.of(JournalRecord.records(builder.build()).get(0), "all");
        assertThat(read).isEqualTo(event);
        assertThat(read.tags()).containsExactlyInAnyOrder("red", "blue");
        assertThat(read.previous()).isEqualTo(6);
        PersistentRepr replayed = mapping.toRepr(read, "all");
        assertThat(replayed).isEqualTo(repr.withPayload("event"));
        assertThat(replayed.metadata()).isEqualTo(repr.metadata());
        assertThat(replayed.timestamp()).isEqualTo(1234);
    }

    @Test
    void onePersistenceIdTooManyIsRefused() {
        try (PersistentApplication small =
                new PersistentApplication(data, Map.of("tailrace.journal.max-persistence-ids", 2))) {
            PluginNode node = PluginNode.of(small.system());
            node.enter("a");
            node.enter("b");
            node.enter("a");
            assertThat(JournalBench.failure(() -> node.enter("c")))
                    .hasMessageContaining("max-persistence-ids")
                    .extracting(TailraceException::code)
                    .isEqualTo(ErrorCode.LIMIT_EXCEEDED);
        }
    }

    @Test
    void aQueryOfTheCurrentEventsEnds() {
        ActorRef<Ledger.Command> ledger = application.spawn(Ledger.create("current"));
        application.add(ledger, "a", "b");
        application.add(ledger, "c");
        assertThat(events(query().currentEventsByPersistenceId("current", 0, Long.MAX_VALUE)))
                .containsExactly("1:a", "2:b", "3:c");
        assertThat(events(query().currentEventsByPersistenceId("current", 2, 2)))
                .containsExactly("2:b");
        assertThat(events(query().currentEventsByPersistenceId("current-none", 0, Long.MAX_VALUE)))
                .isEmpty();
        assertThat(events(query().eventsByPersistenceId("current", 1, 3))).containsExactly("1:a", "2:b", "3:c");
        List<EventEnvelope> envelopes =
                join(query().currentEventsByPersistenceId("current", 1, 1).runWith(Sink.seq(), application.system()));
        assertThat(envelopes.get(0).offset()).isEqualTo(Offset.sequence(1));
        assertThat(envelopes.get(0).timestamp())
                .isBetween(System.currentTimeMillis() - 60_000, System.currentTimeMillis());
    }

    @Test
    void aLiveQueryWaitsForWhatIsPersistedAndEndsWhenItIsCancelled() {
        ActorRef<Ledger.Command> ledger = application.spawn(Ledger.create("live"));
        application.add(ledger, "a");
        Pair<CompletionStage<org.apache.pekko.Done>, SinkQueueWithCancel<EventEnvelope>> running =
                query().eventsByPersistenceId("live", 0, Long.MAX_VALUE)
                        .watchTermination(Keep.right())
                        .toMat(Sink.queue(), Keep.both())
                        .run(application.system());
        SinkQueueWithCancel<EventEnvelope> queue = running.second();
        assertThat(join(queue.pull()).orElseThrow().event()).isEqualTo("a");
        CompletionStage<java.util.Optional<EventEnvelope>> next = queue.pull();
        assertThat(next.toCompletableFuture()).isNotDone();
        application.add(ledger, "b", "c");
        assertThat(join(next).orElseThrow().event()).isEqualTo("b");
        assertThat(join(queue.pull()).orElseThrow().event()).isEqualTo("c");
        queue.cancel();
        join(running.first());
    }

    @Test
    void scalaHasTheSameQuery() {
        ActorRef<Ledger.Command> ledger = application.spawn(Ledger.create("scala"));
        application.add(ledger, "a");
        TailraceScalaReadJournal scala =
                PersistenceQuery.get(application.system()).readJournalFor(TailraceReadJournal.IDENTIFIER);
        assertThat(events(scala.currentEventsByPersistenceId("scala", 0, Long.MAX_VALUE)
                        .asJava()))
                .containsExactly("1:a");
        assertThat(events(scala.eventsByPersistenceId("scala", 0, 1).asJava())).containsExactly("1:a");
    }
}
