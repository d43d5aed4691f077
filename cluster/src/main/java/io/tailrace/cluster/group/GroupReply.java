package io.tailrace.cluster.group;

import io.tailrace.engine.error.ErrorCode;
import java.nio.ByteBuffer;
import java.util.List;
import org.apache.pekko.actor.typed.ActorRef;

/** The coordinator's answer to who is no member. */
sealed interface GroupReply extends PagedReply.Command {
    record Summaries(List<GroupSummary> groups) implements GroupReply {
        /** Takes a copy. */
        public Summaries {
            groups = List.copyOf(groups);
        }
    }

    /**
     * A part of an answer that is too long for one message.
     *
     * @param kind what the answer is, and its version: see {@link ReplyBytes}
     * @param number from 0
     * @param count of all pages
     * @param bytes of the answer; not to be written to
     * @param rest whom to ask for the others
     */
    record Page(String kind, int number, int count, ByteBuffer bytes, ActorRef<PageRequest> rest)
            implements GroupReply {}

    record Described(GroupDescription description) implements GroupReply {}

    /** It is done. */
    record Changed() implements GroupReply {}

    record Refused(ErrorCode code, String message) implements GroupReply {}
}
