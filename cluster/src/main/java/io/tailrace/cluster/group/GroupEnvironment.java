package io.tailrace.cluster.group;

import io.tailrace.cluster.catalog.TopicCatalog;
import java.time.Clock;
import org.apache.pekko.actor.typed.ActorRef;

/**
 * What the coordinator needs of its node.
 *
 * @param catalog which it follows: topics and how many partitions they have
 * @param limits what it takes on
 * @param clock for the time that is kept with offsets
 * @param assignors how partitions can be dealt out
 */
public record GroupEnvironment(
        ActorRef<TopicCatalog.Command> catalog, GroupLimits limits, Clock clock, Assignors assignors) {}
