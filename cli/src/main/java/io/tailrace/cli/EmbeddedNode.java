package io.tailrace.cli;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.tailrace.cluster.catalog.NewTopic;
import io.tailrace.cluster.catalog.Topic;
import io.tailrace.cluster.catalog.TopicSettings;
import io.tailrace.cluster.node.Tailrace;
import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.TailraceException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A node inside this process, for the time of one command. */
final class EmbeddedNode implements AutoCloseable {
    private static final Config IN_A_COMMAND = ConfigFactory.parseMap(Map.of(
            // The command itself closes the node when the process is told to stop.
            "pekko.jvm-shutdown-hooks", "off",
            "tailrace.close-on-jvm-shutdown", "off",
            "pekko.loglevel", System.getProperty("pl", "WARNING")));

    /** A log file read today may be of last year: by the default retention its records would go while the command looks on. */
    private static final TopicSettings KEEPS_ALL = TopicSettings.DEFAULT.with(Map.of("retention.ms", "-1"));

    private final Tailrace tailrace;
    private final Path directory;
    private boolean deleteAfterwards;

    private EmbeddedNode(Tailrace tailrace, Path directory, boolean deleteAfterwards) {
        this.tailrace = tailrace;
        this.directory = directory;
        this.deleteAfterwards = deleteAfterwards;
    }

    /**
     * Starts a node.
     *
     * @param dataDirectory where its data lie, or {@code null} for a fresh directory among the temporary ones
     * @param prefix of the fresh directory's name
     * @param deleteFresh whether a fresh directory is deleted when the node is closed; one that was given never is
     */
    static EmbeddedNode start(@Nullable Path dataDirectory, String prefix, FlushChoice flush, boolean deleteFresh) {
        Path directory = dataDirectory == null
                ? fresh(prefix)
                : dataDirectory.toAbsolutePath().normalize();
        boolean delete = dataDirectory == null && deleteFresh;
        try {
            Config settings = ConfigFactory.parseMap(
                    Map.of("tailrace.data-dir", directory.toString(), "tailrace.flush", flush.toString()));
            return new EmbeddedNode(Tailrace.start(settings.withFallback(IN_A_COMMAND)), directory, delete);
        } catch (RuntimeException e) {
            if (dataDirectory == null) {
                delete(directory);
            }
            throw e;
        }
    }

    /** Starts a node with these settings; its data stay. */
    static EmbeddedNode start(Config settings) {
        Tailrace tailrace = Tailrace.start(IN_A_COMMAND.withFallback(settings));
        return new EmbeddedNode(
                tailrace, tailrace.dataDirectory().toAbsolutePath().normalize(), false);
    }

    private static Path fresh(String prefix) {
        try {
            return Files.createTempDirectory(prefix).toAbsolutePath();
        } catch (IOException e) {
            throw new TailraceException(
                    ErrorCode.DATA_DIR_UNUSABLE,
                    "No temporary directory could be made (" + e.getMessage() + "): name one with --data-dir.",
                    e);
        }
    }

    Tailrace tailrace() {
        return tailrace;
    }

    /** Where the data lie. */
    Path directory() {
        return directory;
    }

    /** The fresh directory is of use to somebody now, and stays. */
    void keepDirectory() {
        deleteAfterwards = false;
    }

    /** Creates a topic of that name for each; where one of them is taken, all get the next free number: {@code demo-2.input}. */
    List<String> createFreshTopics(String prefix, List<String> suffixes, int partitions) {
        Set<String> taken =
                await(tailrace.topics().list()).stream().map(Topic::name).collect(Collectors.toSet());
        List<String> names = named(prefix, suffixes);
        for (int run = 2; names.stream().anyMatch(taken::contains); run++) {
            names = named(prefix + "-" + run, suffixes);
        }
        for (String name : names) {
            await(tailrace.topics().create(NewTopic.of(name, partitions).withSettings(KEEPS_ALL)));
        }
        return names;
    }

    private static List<String> named(String prefix, List<String> suffixes) {
        return suffixes.stream().map(suffix -> prefix + "." + suffix).toList();
    }

    /**
     * The result of an asynchronous step, or its failure as the step told it.
     *
     * @throws CancellationException if the thread is interrupted meanwhile
     */
    static <T> T await(CompletionStage<T> stage) {
        try {
            return stage.toCompletableFuture().get();
        } catch (InterruptedException e) {
            CancellationException cancelled = new CancellationException("Interrupted");
            cancelled.initCause(e);
            throw cancelled;
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException cause) {
                throw cause;
            }
            throw new CompletionException(e.getCause());
        }
    }

    @Override
    public void close() {
        tailrace.close();
        if (deleteAfterwards) {
            delete(directory);
        }
    }

    private static void delete(Path directory) {
        List<Path> inside = new ArrayList<>();
        try (Stream<Path> walk = Files.walk(directory)) {
            walk.sorted(Comparator.reverseOrder()).forEach(inside::add);
            for (Path path : inside) {
                Files.deleteIfExists(path);
            }
        } catch (IOException | UncheckedIOException e) {
            System.err.println("Temporary data were left in " + directory + ": " + e.getMessage());
        }
    }
}
