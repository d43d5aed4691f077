package io.tailrace.cluster.group;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How a member joins.
 *
 * @param group the group's name, 1 to 255 characters, none of them a control character
 * @param clientId what the application calls itself, for people to read; may be empty
 * @param instanceId the name of a static member, which keeps its partitions while it restarts; {@code null} for one that does not
 * @param subscription which topics
 * @param assignor how the group's partitions are dealt out; the first member's holds for all, and another is refused
 * @param maxDrain how long the member may take to give a partition back
 * @param sessionTimeout how long its partitions stay with it after it was lost: of a static member always, of any other only
 *     where nobody can tell whether it is still there (the coordinator has just moved)
 */
public record GroupJoin(
        String group,
        String clientId,
        @Nullable String instanceId,
        Subscription subscription,
        Assignor assignor,
        Duration maxDrain,
        Duration sessionTimeout) {

    /** Which topics a member reads. */
    public sealed interface Subscription permits Names, Pattern {}

    /** These; one that is not there yet is read when it is. */
    public record Names(List<String> topics) implements Subscription {
        /** Takes a copy. */
        public Names {
            topics = List.copyOf(topics);
        }
    }

    /** All whose names match that expression as a whole, those that come later included. */
    public record Pattern(String regex) implements Subscription {}
}
