package io.tailrace.test.torture;

import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A network namespace for each host, on one bridge. Two of them are cut by telling each a hardware address for the other that nobody has:
 * frames go out and are lost, no connection is reset, as where a cable is pulled somewhere. It is made within the {@link Sandbox},
 * and goes with it.
 */
final class NamespaceNetwork implements Network {
    private static final String NET = "10.77.0.";
    private static final String NOBODY = "02:ff:ff:ff:ff:ff";

    private final Map<String, Host> hosts = new HashMap<>();

    NamespaceNetwork() throws IOException, InterruptedException {
        Commands.run("mount", "-t", "tmpfs", "tmpfs", "/run");
        Commands.run("ip", "link", "set", "lo", "up");
        Commands.run("ip", "link", "add", "br0", "type", "bridge");
        Commands.run("ip", "link", "set", "br0", "up");
        Commands.run("ip", "addr", "add", NET + "254/24", "dev", "br0");
    }

    @Override
    public Host host(String name) throws IOException, InterruptedException {
        Host known = hosts.get(name);
        if (known != null) {
            return known;
        }
        int number = hosts.size() + 1;
        Host host = new Host(name, NET + number, List.of("ip", "netns", "exec", name));
        hosts.put(name, host);
        String outer = "veth" + number;
        Commands.run("ip", "netns", "add", name);
        Commands.run("ip", "link", "add", outer, "type", "veth", "peer", "name", "eth0", "netns", name);
        Commands.run("ip", "link", "set", outer, "master", "br0", "up");
        Commands.run("ip", "-n", name, "link", "set", "eth0", "address", hardware(host));
        Commands.run("ip", "-n", name, "addr", "add", host.address() + "/24", "dev", "eth0");
        Commands.run("ip", "-n", name, "link", "set", "eth0", "up");
        Commands.run("ip", "-n", name, "link", "set", "lo", "up");
        return host;
    }

    private static String hardware(Host host) {
        return "02:00:00:00:00:%02x".formatted(Integer.parseInt(host.address().substring(NET.length())));
    }

    @Override
    public boolean canBeCut() {
        return true;
    }

    @Override
    public void cut(Host one, Host other) throws IOException, InterruptedException {
        tell(one, other, NOBODY);
        tell(other, one, NOBODY);
    }

    @Override
    public void heal(Host one, Host other) throws IOException, InterruptedException {
        tell(one, other, hardware(other));
        tell(other, one, hardware(one));
    }

    private static void tell(Host who, Host of, String hardware) throws IOException, InterruptedException {
        Commands.run(
                "ip",
                "-n",
                who.name(),
                "neigh",
                "replace",
                of.address(),
                "lladdr",
                hardware,
                "dev",
                "eth0",
                "nud",
                "permanent");
    }
}
