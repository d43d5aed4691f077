package io.tailrace.cluster.node;

import com.typesafe.config.Config;
import io.tailrace.cluster.formation.NodeAddress;
import io.tailrace.cluster.formation.NodeRoles;
import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.TailraceException;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

/**
 * How a node becomes a member of its cluster: {@code tailrace.cluster} in reference.conf.
 *
 * @param address where it listens for other nodes; port 0 for any that is free
 * @param seeds where to look for the others; none for a node that is a cluster of its own
 * @param roles what it is there for, {@code storage} or not
 * @param rack what it shares with nodes that are likely to fail together with it; empty if that is not said
 * @param downAfter how long nothing must have changed about who hears whom before anybody is told to leave
 * @param formationTimeout after which a node that is still alone gives up
 */
record ClusterSettings(
        NodeAddress address,
        List<NodeAddress> seeds,
        Set<String> roles,
        String rack,
        Duration downAfter,
        Duration formationTimeout) {
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9._-]{1,64}");
    private static final Pattern ROLE = Pattern.compile("[a-z][a-z0-9-]{0,63}");
    private static final int MAX_SEEDS = 64;

    /**
     * Reads the block {@code cluster} within {@code tailrace}.
     *
     * @throws TailraceException INVALID_SETTING
     */
    static ClusterSettings of(Config tailrace) {
        Config cluster = tailrace.getConfig("cluster");
        NodeAddress address = NodeAddress.parse(host(cluster.getString("host")) + ":" + cluster.getInt("port"));
        List<NodeAddress> seeds = cluster.getStringList("seeds").stream()
                .map(NodeAddress::parse)
                .sorted()
                .distinct()
                .toList();
        Set<String> roles = new TreeSet<>(cluster.getStringList("roles"));
        for (String role : roles) {
            check(ROLE.matcher(role).matches(), "'" + role + "' cannot be a role: use lower-case letters and digits.");
        }
        check(
                seeds.size() <= MAX_SEEDS,
                "More than " + MAX_SEEDS + " tailrace.cluster.seeds: three or five are enough.");
        boolean storage = roles.contains(NodeRoles.STORAGE);
        check(
                storage || !seeds.isEmpty(),
                "A node without the role storage cannot be alone: name the nodes to join in tailrace.cluster.seeds.");
        check(
                storage || !seeds.contains(address),
                "A node without the role storage cannot be a seed: remove " + address
                        + " from tailrace.cluster.seeds.");
        String rack = cluster.getString("rack");
        check(
                rack.isEmpty() || NAME.matcher(rack).matches(),
                "'" + rack + "' cannot be a rack: use up to 64 letters, digits, '.', '_' and '-'.");
        return new ClusterSettings(
                address,
                seeds,
                Set.copyOf(roles),
                rack,
                cluster.getDuration("down-after"),
                cluster.getDuration("formation-timeout"));
    }

    private static String host(String host) {
        return host.indexOf(':') < 0 ? host : "[" + host + "]";
    }

    static String checkedName(String name) {
        check(
                NAME.matcher(name).matches(),
                "'" + name + "' cannot be a node's name: use up to 64 letters, digits, '.', '_' and '-'.");
        return name;
    }

    private static void check(boolean usable, String message) {
        if (!usable) {
            throw new TailraceException(ErrorCode.INVALID_SETTING, message);
        }
    }

    /** Whether it is a cluster of its own from its first start. */
    boolean alone() {
        return seeds.isEmpty();
    }

    boolean storage() {
        return roles.contains(NodeRoles.STORAGE);
    }
}
