package io.tailrace.cluster.placement;

import io.tailrace.engine.partition.Partition;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.Behaviors;

/** Tells the ways to leaders when one of those has gone: has stopped, since its partition moves, or its node is no member any more. */
final class LeaderWatch {
    private LeaderWatch() {}

    /** What it understands. */
    sealed interface Command {}

    /** That way leads there from now on. */
    record Watch(ActorRef<Partition.Command> leader, LeaderLink link) implements Command {}

    private record Gone(ActorRef<Partition.Command> leader) implements Command {}

    static Behavior<Command> create() {
        Map<ActorRef<Partition.Command>, Set<LeaderLink>> watched = new HashMap<>();
        return Behaviors.setup(context -> Behaviors.receive(Command.class)
                .onMessage(Watch.class, watch -> {
                    Set<LeaderLink> links = watched.get(watch.leader);
                    if (links == null) {
                        links = new HashSet<>();
                        watched.put(watch.leader, links);
                        context.watchWith(watch.leader, new Gone(watch.leader));
                    }
                    links.add(watch.link);
                    return Behaviors.same();
                })
                .onMessage(Gone.class, gone -> {
                    Set<LeaderLink> links = watched.remove(gone.leader);
                    if (links != null) {
                        links.forEach(link -> link.gone(gone.leader));
                    }
                    return Behaviors.same();
                })
                .build());
    }
}
