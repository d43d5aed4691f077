package io.tailrace.cli;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/** A server that answers each request with the next thing it was told, byte for byte, however wrong that is. */
final class FakeServer implements AutoCloseable {
    private final ServerSocket socket;
    private final Set<Socket> connections = ConcurrentHashMap.newKeySet();
    private final Queue<Reaction> reactions = new ArrayDeque<>();
    private final List<Request> requests = new CopyOnWriteArrayList<>();

    /** What was asked: the first line of it, and its body. */
    record Request(String line, String body) {}

    /** What is done with a request. */
    interface Reaction {
        /** Returns whether the connection goes on. */
        boolean answer(Request request, OutputStream out) throws IOException;
    }

    FakeServer() {
        try {
            socket = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        start(this::accept);
    }

    private static void start(Runnable runnable) {
        Thread thread = new Thread(runnable, "fake-server");
        thread.setDaemon(true);
        thread.start();
    }

    String url() {
        return "http://127.0.0.1:" + socket.getLocalPort();
    }

    List<Request> requests() {
        return requests;
    }

    FakeServer then(Reaction reaction) {
        synchronized (reactions) {
            reactions.add(reaction);
        }
        return this;
    }

    /** Answers with that. */
    FakeServer answer(int status, String type, String body, String... headers) {
        return then((request, out) -> {
            out.write(head(status, type, body.getBytes(StandardCharsets.UTF_8).length, headers));
            out.write(body.getBytes(StandardCharsets.UTF_8));
            return true;
        });
    }

    FakeServer problem(int status, String code, String detail, String... headers) {
        return answer(
                status,
                "application/problem+json",
                "{\"type\":\"about:blank\",\"title\":\"x\",\"status\":" + status + ",\"detail\":\"" + detail
                        + "\",\"error_code\":\"" + code + "\",\"retriable\":true}",
                headers);
    }

    /** Reports on lines. */
    FakeServer report(String... lines) {
        return answer(200, "application/x-ndjson", String.join("\n", lines) + "\n");
    }

    /** Begins to answer with that, and cuts the connection. */
    FakeServer cut(String body) {
        return then((request, out) -> {
            out.write(head(200, "application/x-ndjson", body.length() + 1_000));
            out.write(body.getBytes(StandardCharsets.UTF_8));
            return false;
        });
    }

    private static byte[] head(int status, String type, int length, String... headers) {
        StringBuilder head = new StringBuilder("HTTP/1.1 " + status + " x\r\nContent-Type: " + type + "\r\n");
        head.append("Content-Length: ").append(length).append("\r\n");
        for (String header : headers) {
            head.append(header).append("\r\n");
        }
        return head.append("\r\n").toString().getBytes(StandardCharsets.UTF_8);
    }

    private void accept() {
        try {
            while (true) {
                Socket connection = socket.accept();
                connections.add(connection);
                start(() -> serve(connection));
            }
        } catch (IOException e) {
            // Closed.
        }
    }

    private void serve(Socket connection) {
        try (connection) {
            InputStream in = new BufferedInputStream(connection.getInputStream());
            OutputStream out = connection.getOutputStream();
            boolean goOn = true;
            for (Request request = read(in); goOn && request != null; request = goOn ? read(in) : null) {
                requests.add(request);
                goOn = next().answer(request, out);
                out.flush();
            }
        } catch (IOException e) {
            // The client has gone, or the test is over.
        }
    }

    private Reaction next() throws IOException {
        synchronized (reactions) {
            Reaction next = reactions.poll();
            if (next == null) {
                throw new IOException("nothing more was expected");
            }
            return next;
        }
    }

    private static Request read(InputStream in) throws IOException {
        String first = line(in);
        if (first.isEmpty()) {
            return null;
        }
        int length = 0;
        for (String header = line(in); !header.isEmpty(); header = line(in)) {
            if (header.toLowerCase(java.util.Locale.ROOT).startsWith("content-length:")) {
                length = Integer.parseInt(
                        header.substring("content-length:".length()).strip());
            }
        }
        return new Request(first.replace(" HTTP/1.1", ""), new String(in.readNBytes(length), StandardCharsets.UTF_8));
    }

    private static String line(InputStream in) throws IOException {
        StringBuilder line = new StringBuilder();
        for (int b = in.read(); b != '\n' && b >= 0; b = in.read()) {
            if (b != '\r') {
                line.append((char) b);
            }
        }
        return line.toString();
    }

    @Override
    public void close() {
        try {
            socket.close();
            for (Socket connection : connections) {
                connection.close();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
