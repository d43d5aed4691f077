package io.tailrace.cluster.fetch;

import io.tailrace.cluster.fetch.ReadFormat.Numbered;
import io.tailrace.cluster.link.Dropped;
import io.tailrace.cluster.link.Frame;
import io.tailrace.cluster.link.Lane;
import io.tailrace.cluster.link.Links;
import io.tailrace.cluster.placement.PartitionReader;
import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.Failures;
import io.tailrace.engine.error.TailraceException;
import io.tailrace.engine.partition.PartitionId;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Opens readers of replicas on other nodes. All of one node share one connection; each has one question under way, or a few. */
public final class RemoteReaders implements Links.Answers {
    private static final Logger LOG = LoggerFactory.getLogger(RemoteReaders.class);

    private final Links links;
    private final Executor io;
    private final Map<Long, Asked> asked = new ConcurrentHashMap<>();
    private final AtomicLong requests = new AtomicLong();
    private final AtomicLong readers = new AtomicLong();

    private record Asked(String node, CompletableFuture<ReadResponse> answer) {}

    private RemoteReaders(Links links, Executor io) {
        this.links = links;
        this.io = io;
    }

    /**
     * Over these links, of which it hears all answers to readers.
     *
     * @param io where stages complete
     */
    public static RemoteReaders over(Links links, Executor io) {
        RemoteReaders readers = new RemoteReaders(links, io);
        links.onReadAnswers(readers);
        return readers;
    }

    /** Opens a reader of the replica that lives on that node; cheap, does no I/O. */
    public PartitionReader reader(String node, PartitionId partition) {
        return new RemotePartitionReader(this, node, partition, readers.incrementAndGet());
    }

    /** Asks; fails with PARTITION_UNAVAILABLE if the node does not answer. */
    CompletableFuture<ReadResponse> ask(String node, ReadRequest request) {
        long id = requests.incrementAndGet();
        CompletableFuture<ReadResponse> answer = new CompletableFuture<>();
        asked.put(id, new Asked(node, answer));
        CompletionStage<ReadResponse> end = answer;
        end.whenComplete((response, failure) -> asked.remove(id));
        Dropped dropped = links.send(node, Lane.READS, ReadFormat.encode(id, request));
        if (dropped != null) {
            answer.completeExceptionally(unavailable(node, dropped.toString()));
        }
        return answer;
    }

    /** Says something that has no answer. */
    void tell(String node, ReadRequest request) {
        if (links.send(node, Lane.READS, ReadFormat.encode(requests.incrementAndGet(), request)) != null) {
            LOG.debug("Node {} could not be told that a reader has ended: its session ends with it", node);
        }
    }

    Executor io() {
        return io;
    }

    @Override
    public void received(String peer, Frame frame) {
        Numbered<ReadResponse> response = ReadFormat.response(frame);
        Asked question = asked.remove(response.id());
        // Nobody waits any more for what was asked by a reader that has been closed.
        if (question != null) {
            question.answer.complete(response.what());
        }
    }

    @Override
    public void lost(String peer, Throwable why) {
        TailraceException failure =
                unavailable(peer, String.valueOf(Failures.cause(why).getMessage()));
        asked.values().stream()
                .filter(question -> question.node.equals(peer))
                .forEach(question -> question.answer.completeExceptionally(failure));
    }

    private static TailraceException unavailable(String node, String why) {
        return new TailraceException(
                ErrorCode.PARTITION_UNAVAILABLE, "Node " + node + " cannot be read from (" + why + "): ask again.");
    }

    /** Questions without an answer yet. */
    int underWay() {
        return asked.size();
    }
}
