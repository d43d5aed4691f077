package io.tailrace.samples;

import io.tailrace.streams.Serdes;
import io.tailrace.streams.dsl.Consumed;
import io.tailrace.streams.dsl.Grouped;
import io.tailrace.streams.dsl.Materialized;
import io.tailrace.streams.dsl.Produced;
import io.tailrace.streams.dsl.StreamBuilder;
import io.tailrace.streams.topology.Topology;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/** The first example of every stream DSL: how often each word has come. {@code WordCount [FILE]}, or standard input. */
public final class WordCount {
    private static final Pattern NOT_IN_A_WORD = Pattern.compile("[^\\p{L}\\p{N}]+");

    private WordCount() {}

    /** Counts the words of a file, or of what comes in, and prints the counts as they change. */
    public static void main(String[] args) throws InterruptedException {
        CountedLines.print("word-count", WordCount::topology, args);
    }

    /** From a topic of lines to one of counts by word. */
    static Topology topology(String lines, String counts) {
        StreamBuilder builder = new StreamBuilder();
        builder.stream(lines, Consumed.with(Serdes.bytes(), Serdes.strings()))
                .flatMapValues(WordCount::words)
                .groupBy((key, word) -> word, Grouped.with(Serdes.strings(), Serdes.strings()))
                .count(Materialized.as("words"))
                .toStream()
                .to(counts, Produced.with(Serdes.strings(), Serdes.longs()));
        return builder.build();
    }

    private static List<String> words(String line) {
        return Arrays.stream(NOT_IN_A_WORD.split(line.toLowerCase(Locale.ROOT), -1))
                .filter(word -> !word.isEmpty())
                .toList();
    }
}
