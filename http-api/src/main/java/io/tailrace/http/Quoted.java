package io.tailrace.http;

import io.tailrace.cluster.quota.ClientIdentity;
import io.tailrace.cluster.quota.QuotaEntity;
import io.tailrace.cluster.quota.QuotaKind;
import io.tailrace.cluster.quota.Throttle;
import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.TailraceException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.apache.pekko.Done;
import org.apache.pekko.http.javadsl.model.HttpHeader;
import org.apache.pekko.http.javadsl.model.HttpRequest;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.model.headers.RawHeader;

/** Who sends a request, and how long that client has to wait for its quota. Nobody is authenticated, so a client is what it says it is. */
final class Quoted {
    /** What a client calls itself. */
    static final String CLIENT_ID = "X-Client-Id";

    /** How long a request was, or will be, delayed for its client's quota: Kafka's {@code throttle_time_ms}. */
    static final String THROTTLE_TIME = "X-Throttle-Time-Ms";

    private final ServedNode node;

    Quoted(ServedNode node) {
        this.node = node;
    }

    /** What the sender calls itself, empty if it does not say. Throws MALFORMED_REQUEST for what cannot be a client id. */
    static String clientId(HttpRequest request) {
        String clientId = "";
        boolean found = false;
        for (HttpHeader header : request.getHeaders()) {
            if (header.is("x-client-id")) {
                if (found) {
                    throw Json.malformed("The header " + CLIENT_ID + " stands twice: give it once.");
                }
                found = true;
                clientId = header.value();
            }
        }
        if (found
                && (clientId.isBlank()
                        || clientId.length() > QuotaEntity.MAX_NAME
                        || clientId.chars().anyMatch(Character::isISOControl))) {
            throw Json.malformed("The header " + CLIENT_ID + " is '" + Json.shown(clientId, 60) + "': give 1 to "
                    + QuotaEntity.MAX_NAME + " characters, none of them a control character.");
        }
        return clientId;
    }

    private Throttle throttle(QuotaKind kind, String clientId) {
        return node.tailrace().throttles().of(kind, ClientIdentity.anonymous(clientId));
    }

    /** Says how long a stream that begins now waits before it goes on. */
    HttpResponse announcing(QuotaKind kind, String clientId, HttpResponse response) {
        return told(response, throttle(kind, clientId).nanosToWait());
    }

    static HttpResponse told(HttpResponse response, long nanos) {
        long millis = TimeUnit.NANOSECONDS.toMillis(nanos + TimeUnit.MILLISECONDS.toNanos(1) - 1);
        return millis == 0 ? response : response.addHeader(RawHeader.create(THROTTLE_TIME, String.valueOf(millis)));
    }

    /**
     * Waits until the client may store so many bytes. What it stores is what is waited for next time, so nothing is too large to pass.
     *
     * @return how many nanoseconds that took; fails with CLOSED if the client does not wait for the answer, and NOT_READY if the node closes
     */
    CompletionStage<Long> reserve(String clientId, long bytes, HttpRequest request) {
        Throttle throttle = throttle(QuotaKind.PRODUCE, clientId);
        throttle.reserve(bytes);
        long nanos = throttle.nanosToWait();
        if (nanos == 0) {
            return CompletableFuture.completedFuture(0L);
        }
        CompletableFuture<Long> paid = new CompletableFuture<>();
        CompletableFuture<Done> gone = ConnectionStage.clientGone(request).toCompletableFuture();
        await(throttle, nanos, System.nanoTime(), gone, paid);
        return paid;
    }

    private void await(
            Throttle throttle, long nanos, long since, CompletableFuture<Done> gone, CompletableFuture<Long> paid) {
        node.tailrace()
                .system()
                .scheduler()
                .scheduleOnce(
                        Duration.ofNanos(Math.min(nanos, Throttle.LONGEST_WAIT_NANOS)),
                        () -> {
                            long left = throttle.nanosToWait();
                            if (gone.isDone()) {
                                // Else it would be held for nobody; so no more wait than there are connections.
                                paid.completeExceptionally(
                                        new TailraceException(
                                                ErrorCode.CLOSED,
                                                "The client closed the connection while it waited for its quota: nothing was stored."));
                            } else if (node.isClosing()) {
                                paid.completeExceptionally(ServedNode.notReady());
                            } else if (left == 0) {
                                paid.complete(System.nanoTime() - since);
                            } else {
                                await(throttle, left, since, gone, paid);
                            }
                        },
                        node.tailrace().system().executionContext());
    }
}
