package io.tailrace.cluster.downing;

import io.tailrace.cluster.downing.Downing.BrokenLink;
import io.tailrace.cluster.downing.Downing.Candidate;
import io.tailrace.cluster.formation.NodeRoles;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.AbstractBehavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Adapter;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.Receive;
import org.apache.pekko.cluster.Cluster;
import org.apache.pekko.cluster.ClusterEvent;
import org.apache.pekko.cluster.Member;
import org.apache.pekko.cluster.MemberStatus;
import org.apache.pekko.cluster.Reachability;
import org.apache.pekko.cluster.UniqueAddress;
import org.apache.pekko.cluster.typed.Subscribe;
import org.apache.pekko.remote.artery.ThisActorSystemQuarantinedEvent;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Carries out what {@link Downing} decides, when who hears whom has not changed for a while. Who hears whom is what Pekko's gossip says of
 * it, as its own split brain resolver has it ({@code ClusterEvent.ReachabilityChanged}).
 */
public final class DowningActor extends AbstractBehavior<Object> {
    /** Where it is found on each node. */
    public static final String NAME = "tailrace-downing";

    private static final Logger LOG = LoggerFactory.getLogger(DowningActor.class);
    /** How many times as long it waits where it is not clear who of two is ill. */
    private static final int UNCLEAR_TIMES = 5;

    private static final Duration LOOK_EVERY = Duration.ofMillis(100);

    private final Cluster cluster;
    private final Set<UUID> founders;
    private final long stableNanos;
    private final Map<UniqueAddress, Member> members = new HashMap<>();
    private Set<BrokenLink> broken = Set.of();
    private long changedAt = System.nanoTime();

    private enum Look {
        INSTANCE
    }

    private DowningActor(ActorContext<Object> context, Set<UUID> founders, Duration stableAfter) {
        super(context);
        this.cluster = Cluster.get(Adapter.toClassic(context.getSystem()));
        this.founders = Set.copyOf(founders);
        this.stableNanos = stableAfter.toNanos();
        org.apache.pekko.cluster.typed.Cluster.get(context.getSystem())
                .subscriptions()
                .tell(Subscribe.create(
                        context.messageAdapter(ClusterEvent.ClusterDomainEvent.class, event -> event),
                        ClusterEvent.ClusterDomainEvent.class));
        Adapter.toClassic(context.getSystem())
                .eventStream()
                .subscribe(Adapter.toClassic(context.getSelf()), ThisActorSystemQuarantinedEvent.class);
    }

    /**
     * For the life of one actor system, from when it is up in its cluster.
     *
     * @param founders the nodes that founded the cluster
     * @param stableAfter how long nothing must have changed before anybody is told to leave
     */
    public static Behavior<Object> create(Set<UUID> founders, Duration stableAfter) {
        return Behaviors.setup(context -> Behaviors.withTimers(timers -> {
            timers.startTimerWithFixedDelay(Look.INSTANCE, LOOK_EVERY);
            return new DowningActor(context, founders, stableAfter);
        }));
    }

    @Override
    public Receive<Object> createReceive() {
        return newReceiveBuilder()
                .onMessageEquals(Look.INSTANCE, this::look)
                .onMessage(ClusterEvent.MemberEvent.class, this::changed)
                .onMessage(ClusterEvent.ReachabilityChanged.class, event -> heard(event.reachability()))
                .onMessage(ClusterEvent.ClusterDomainEvent.class, event -> this)
                .onMessage(ThisActorSystemQuarantinedEvent.class, this::quarantined)
                .build();
    }

    private Behavior<Object> changed(ClusterEvent.MemberEvent event) {
        Member member = event.member();
        if (event instanceof ClusterEvent.MemberRemoved) {
            members.remove(member.uniqueAddress());
        } else {
            members.put(member.uniqueAddress(), member);
        }
        changedAt = System.nanoTime();
        return this;
    }

    private Behavior<Object> heard(Reachability reachability) {
        Set<BrokenLink> now = new HashSet<>();
        for (int n = 0; n < reachability.records().length(); n++) {
            Reachability.Record record = reachability.records().apply(n);
            if (!reachability.isReachable(record.observer(), record.subject())) {
                now.add(new BrokenLink(key(record.observer()), key(record.subject())));
            }
        }
        if (!now.equals(broken)) {
            broken = now;
            changedAt = System.nanoTime();
        }
        return this;
    }

    private Behavior<Object> look() {
        Member self = members.get(cluster.selfUniqueAddress());
        if (self == null || !isUp(self) || System.nanoTime() - changedAt < stableNanos) {
            return this;
        }
        Map<Candidate, Member> candidates = members.values().stream()
                .filter(DowningActor::isToBeHeard)
                .collect(Collectors.toMap(this::candidate, member -> member));
        Set<String> keys = candidates.keySet().stream().map(Candidate::key).collect(Collectors.toSet());
        Set<BrokenLink> among = broken.stream()
                .filter(link -> keys.contains(link.one()) && keys.contains(link.other()))
                .collect(Collectors.toSet());
        Downing.Decision decision = Downing.decide(candidate(self), candidates.keySet(), among, founders.size());
        List<Candidate> down = decision.down();
        if (!decision.clear() && System.nanoTime() - changedAt < UNCLEAR_TIMES * stableNanos) {
            return this;
        }
        if (!down.isEmpty()) {
            LOG.warn("Told to leave the cluster: {}; these do not hear each other: {}", down, among);
            // Itself last, since that ends all.
            down.stream()
                    .map(candidates::get)
                    .sorted((a, b) -> Boolean.compare(a.equals(self), b.equals(self)))
                    .forEach(member -> cluster.down(member.address()));
            changedAt = System.nanoTime();
        }
        return this;
    }

    /** Somebody who is a member has given this one up for good: they will never hear each other again. */
    private Behavior<Object> quarantined(ThisActorSystemQuarantinedEvent event) {
        boolean isMember = members.containsKey(new UniqueAddress(
                event.remoteAddress().address(), event.remoteAddress().uid()));
        if (isMember && members.containsKey(cluster.selfUniqueAddress())) {
            LOG.warn("{} has given this actor system up: it leaves the cluster", event.remoteAddress());
            cluster.down(cluster.selfAddress());
            members.clear();
        }
        return this;
    }

    private Candidate candidate(Member member) {
        String founder = NodeRoles.peer(member)
                .map(peer -> peer.nodeId())
                .filter(founders::contains)
                .map(UUID::toString)
                .orElse("");
        return new Candidate(key(member.uniqueAddress()), founder, member.upNumber());
    }

    private static boolean isUp(Member member) {
        return member.status().equals(MemberStatus.up()) || member.status().equals(MemberStatus.leaving());
    }

    private static boolean isToBeHeard(Member member) {
        return isUp(member)
                || member.status().equals(MemberStatus.joining())
                || member.status().equals(MemberStatus.weaklyUp());
    }

    private static String key(UniqueAddress address) {
        return address.address().hostPort() + "#" + address.longUid();
    }
}
