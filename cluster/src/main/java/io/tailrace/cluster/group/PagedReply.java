package io.tailrace.cluster.group;

import java.nio.ByteBuffer;
import java.time.Duration;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;

/**
 * Hands out an answer that may be too long for one message: what is longer than a page goes in pages, each when it is asked for. All of them are
 * of the answer as it was when the first one went, so what changes meanwhile does not show. Ends when the last page has gone, or when nobody
 * has asked for a while; who misses one asks the coordinator again.
 */
final class PagedReply {
    /** A quarter of what a message may have. */
    static final int PAGE_BYTES = 512 << 10;
    /** More than all groups may take; so many is what is believed of another node. */
    static final int MAX_PAGES = 256;

    private static final Duration PATIENCE = Duration.ofSeconds(5);

    private final ActorContext<Command> context;
    private final ActorRef<GroupReply> asker;

    /** What it understands: the answer, and who wants more of it. */
    sealed interface Command permits GroupReply, PageRequest, Over {}

    private enum Over implements Command {
        INSTANCE
    }

    private PagedReply(ActorContext<Command> context, ActorRef<GroupReply> asker) {
        this.context = context;
        this.asker = asker;
    }

    /** Waits for the answer to that one's question. */
    static Behavior<Command> create(ActorRef<GroupReply> asker) {
        return Behaviors.setup(context -> {
            context.setReceiveTimeout(PATIENCE, Over.INSTANCE);
            PagedReply reply = new PagedReply(context, asker);
            return Behaviors.receive(Command.class)
                    .onMessage(GroupReply.class, reply::answer)
                    .onMessageEquals(Over.INSTANCE, Behaviors::stopped)
                    .build();
        });
    }

    private Behavior<Command> answer(GroupReply whole) {
        byte[] bytes = ReplyBytes.toBytes(whole);
        if (bytes.length <= PAGE_BYTES) {
            asker.tell(whole);
            return Behaviors.stopped();
        }
        String kind = ReplyBytes.kind(whole);
        int count = (bytes.length + PAGE_BYTES - 1) / PAGE_BYTES;
        asker.tell(page(kind, bytes, 0, count));
        return Behaviors.receive(Command.class)
                .onMessage(PageRequest.class, asked -> {
                    if (asked.number() < 0 || asked.number() >= count) {
                        return Behaviors.same();
                    }
                    asked.replyTo().tell(page(kind, bytes, asked.number(), count));
                    return asked.number() == count - 1 ? Behaviors.stopped() : Behaviors.same();
                })
                .onMessageEquals(Over.INSTANCE, Behaviors::stopped)
                .build();
    }

    private GroupReply.Page page(String kind, byte[] bytes, int number, int count) {
        int from = number * PAGE_BYTES;
        ByteBuffer part = ByteBuffer.wrap(bytes, from, Math.min(PAGE_BYTES, bytes.length - from))
                .slice()
                .asReadOnlyBuffer();
        return new GroupReply.Page(kind, number, count, part, context.getSelf().narrow());
    }
}
