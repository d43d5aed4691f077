package io.tailrace.test.torture;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * Namespaces of Linux for a whole run, in which it may have networks and disks of its own; all of that goes with its last process. As
 * root, or for any user where the kernel lets one.
 */
final class Sandbox {
    private static final List<String> ROOT = List.of("unshare", "--net", "--mount");
    private static final List<String> USER = List.of("unshare", "--user", "--map-root-user", "--net", "--mount");
    /** What a run does in there; where that fails it runs without. */
    private static final String TRIAL = "mount -t tmpfs tmpfs /run && ip netns add trial && ip link add br0 type bridge"
            + " && ip link add v type veth peer name eth0 netns trial && ip netns exec trial true";

    private Sandbox() {}

    /** The words that begin a command which is to run in one; none if there is none to be had. */
    static List<String> words() throws InterruptedException {
        for (List<String> words : List.of(ROOT, USER)) {
            List<String> trial = new ArrayList<>(words);
            trial.addAll(List.of("sh", "-c", TRIAL));
            if (Commands.succeeds(trial.toArray(String[]::new))) {
                return words;
            }
        }
        return List.of();
    }

    /** A disk of that size for that directory, which is made. */
    static void mountDisk(java.nio.file.Path at, int mebibytes) throws IOException, InterruptedException {
        java.nio.file.Files.createDirectories(at);
        Commands.run("mount", "-t", "tmpfs", "-o", "size=" + mebibytes + "m", "tmpfs", at.toString());
    }
}
