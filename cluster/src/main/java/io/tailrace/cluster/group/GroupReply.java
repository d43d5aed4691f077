package io.tailrace.cluster.group;

import io.tailrace.engine.error.ErrorCode;
import java.util.List;

/** The coordinator's answer to who is no member. */
sealed interface GroupReply {
    record Summaries(List<GroupSummary> groups) implements GroupReply {
        /** Takes a copy. */
        public Summaries {
            groups = List.copyOf(groups);
        }
    }

    record Described(GroupDescription description) implements GroupReply {}

    /** It is done. */
    record Changed() implements GroupReply {}

    record Refused(ErrorCode code, String message) implements GroupReply {}
}
