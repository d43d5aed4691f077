package io.tailrace.test.torture;

import java.io.IOException;
import java.util.List;

/** What the processes of a run hear each other by. */
public interface Network {
    /** Its words; the same for the same name. */
    Host host(String name) throws IOException, InterruptedException;

    /** Whether it can be cut; else the two methods below are not to be called. */
    boolean canBeCut();

    /** What one of the two sends does not arrive at the other any more, and nobody tells them. */
    void cut(Host one, Host other) throws IOException, InterruptedException;

    /** They hear each other again. */
    void heal(Host one, Host other) throws IOException, InterruptedException;

    /** All on 127.0.0.1, as any user may have it. */
    static Network loopback() {
        return new Network() {
            @Override
            public Host host(String name) {
                return new Host(name, "127.0.0.1", List.of());
            }

            @Override
            public boolean canBeCut() {
                return false;
            }

            @Override
            public void cut(Host one, Host other) {
                throw new UnsupportedOperationException();
            }

            @Override
            public void heal(Host one, Host other) {
                throw new UnsupportedOperationException();
            }
        };
    }
}
