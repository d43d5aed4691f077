package io.tailrace.test.torture;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;

/** Passes connections on: an HTTP server listens on 127.0.0.1 only, which in each network namespace is another one. */
final class Door {
    private static final int BACKLOG = 100;
    private static final int CONNECT_MILLIS = 2_000;

    private Door() {}

    /** From that address and port to the same port there, as long as the process lives. */
    static void open(String from, String to, int port) {
        try {
            ServerSocket door = new ServerSocket(port, BACKLOG, InetAddress.getByName(from));
            begin(() -> {
                while (true) {
                    Socket visitor = door.accept();
                    begin(() -> pass(visitor, new InetSocketAddress(to, port)));
                }
            });
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private interface Work {
        void run() throws IOException;
    }

    private static void begin(Work work) {
        Thread thread = new Thread(
                () -> {
                    try {
                        work.run();
                    } catch (IOException e) {
                        // The visitor sees that its connection has ended.
                    }
                },
                "torture-door");
        thread.setDaemon(true);
        thread.start();
    }

    private static void pass(Socket visitor, InetSocketAddress to) throws IOException {
        try (visitor;
                Socket server = new Socket()) {
            server.connect(to, CONNECT_MILLIS);
            begin(() -> copy(visitor, server));
            copy(server, visitor);
        }
    }

    private static void copy(Socket from, Socket to) throws IOException {
        try (from;
                to) {
            InputStream in = from.getInputStream();
            byte[] some = new byte[1 << 16];
            for (int read = in.read(some); read >= 0; read = in.read(some)) {
                to.getOutputStream().write(some, 0, read);
            }
        }
    }
}
