package io.tailrace.cli.client;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.http.HttpResponse.BodySubscriber;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import org.jspecify.annotations.Nullable;

/** Keeps an answer's body in memory, up to a bound. One that breaks off is no failure: what came before may matter. */
final class BoundedBody implements BodySubscriber<BoundedBody.Bytes> {
    /** More than the longest report on the largest request. */
    private static final int MAX_BYTES = 16 << 20;

    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final CompletableFuture<Bytes> done = new CompletableFuture<>();
    private Flow.@Nullable Subscription subscription;

    /** The body, and why it broke off, or {@code null}. */
    @SuppressWarnings("ArrayRecordComponent") // Never compared.
    record Bytes(byte[] bytes, @Nullable IOException cut) {}

    @Override
    public CompletionStage<Bytes> getBody() {
        return done;
    }

    @Override
    public void onSubscribe(Flow.Subscription newSubscription) {
        subscription = newSubscription;
        newSubscription.request(Long.MAX_VALUE);
    }

    @Override
    public void onNext(List<ByteBuffer> buffers) {
        for (ByteBuffer buffer : buffers) {
            byte[] chunk = new byte[buffer.remaining()];
            buffer.get(chunk);
            if (bytes.size() + chunk.length > MAX_BYTES) {
                if (subscription != null) {
                    subscription.cancel();
                }
                onError(new IOException("the answer is longer than " + MAX_BYTES + " bytes"));
                return;
            }
            bytes.writeBytes(chunk);
        }
    }

    @Override
    public void onError(Throwable failure) {
        IOException cut = failure instanceof IOException broken ? broken : new IOException(failure);
        done.complete(new Bytes(bytes.toByteArray(), cut));
    }

    @Override
    public void onComplete() {
        done.complete(new Bytes(bytes.toByteArray(), null));
    }
}
