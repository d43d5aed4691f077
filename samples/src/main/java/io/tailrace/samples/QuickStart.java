package io.tailrace.samples;

import io.tailrace.cluster.catalog.NewTopic;
import io.tailrace.cluster.node.Tailrace;
import io.tailrace.streams.Consumer;
import io.tailrace.streams.ConsumerSettings;
import io.tailrace.streams.Producer;
import io.tailrace.streams.ProducerRecord;
import io.tailrace.streams.ProducerSettings;
import io.tailrace.streams.Serdes;
import io.tailrace.streams.Subscriptions;
import io.tailrace.streams.TopicPartition;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.Done;
import org.apache.pekko.stream.javadsl.Sink;
import org.apache.pekko.stream.javadsl.Source;

/** The README's first example, whole: an embedded node, a topic, lines in by a Sink, lines out by a Source. */
public final class QuickStart {
    private QuickStart() {}

    /** Writes some lines below the directory given, or {@code data}, and prints them as they come out. */
    public static void main(String[] args) {
        try (Tailrace tailrace = Tailrace.start(Path.of(args.length > 0 ? args[0] : "data"))) {
            throughTopic(tailrace, List.of("one", "two", "three")).forEach(System.out::println);
        }
    }

    /** Creates the topic {@code access}, writes the lines and reads as many back: offset and line. */
    static List<String> throughTopic(Tailrace tailrace, List<String> lines) {
        tailrace.topics().create(NewTopic.of("access", 1)).toCompletableFuture().join();

        ProducerSettings<String, String> producing =
                ProducerSettings.create(tailrace, Serdes.strings(), Serdes.strings());
        CompletionStage<Done> written = Source.from(lines)
                .map(line -> ProducerRecord.of("access", line.substring(0, 1), line))
                .runWith(Producer.plainSink(producing), tailrace.system());

        ConsumerSettings<String, String> consuming =
                ConsumerSettings.create(tailrace, Serdes.strings(), Serdes.strings());
        CompletionStage<List<String>> read = Consumer.plainSource(
                        consuming, Subscriptions.assignmentWithOffset(new TopicPartition("access", 0), 0L))
                .take(lines.size())
                .map(record -> record.offset() + " " + record.value())
                .runWith(Sink.seq(), tailrace.system());

        return written.thenCombine(read, (done, records) -> records)
                .toCompletableFuture()
                .join();
    }
}
