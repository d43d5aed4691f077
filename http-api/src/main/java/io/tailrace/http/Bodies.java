package io.tailrace.http;

import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.TailraceException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeoutException;
import org.apache.pekko.http.javadsl.model.HttpRequest;
import org.apache.pekko.http.scaladsl.model.EntityStreamSizeException;

/** Reads bodies that are not streams: bounded in size and in time. */
final class Bodies {
    private Bodies() {}

    /** The bytes, which are UTF-8. Fails with REQUEST_TOO_LARGE or MALFORMED_REQUEST. */
    static CompletionStage<byte[]> read(ServedNode node, HttpRequest request) {
        return readBytes(node, request).thenApply(Bodies::text);
    }

    /** The bytes, whatever they are. Fails with REQUEST_TOO_LARGE or MALFORMED_REQUEST. */
    static CompletionStage<byte[]> readBytes(ServedNode node, HttpRequest request) {
        int most = node.settings().maxBodyBytes();
        if (request.entity().getContentLengthOption().orElse(0) > most) {
            throw tooLarge(most);
        }
        return request.entity()
                .withSizeLimit(most)
                .toStrict(
                        node.settings().bodyTimeout().toMillis(),
                        most + 1L,
                        node.tailrace().system())
                .handle((body, failure) -> {
                    if (failure == null) {
                        return body.getData().toArrayUnsafe();
                    }
                    throw refusal(node, failure);
                });
    }

    private static byte[] text(byte[] bytes) {
        Utf8.require(bytes, 0, bytes.length);
        return bytes;
    }

    private static TailraceException refusal(ServedNode node, Throwable failure) {
        Throwable cause = failure.getCause() == null ? failure : failure.getCause();
        if (cause instanceof EntityStreamSizeException) {
            return tooLarge(node.settings().maxBodyBytes());
        }
        if (cause instanceof TimeoutException) {
            return Json.malformed("The body did not arrive within "
                    + node.settings().bodyTimeout().toSeconds() + " s: send it faster.");
        }
        return Json.malformed("The body cannot be read: " + Json.shown(String.valueOf(cause.getMessage()), 160));
    }

    private static TailraceException tooLarge(int most) {
        return new TailraceException(
                ErrorCode.REQUEST_TOO_LARGE,
                "The body is larger than " + most + " bytes: send less at once, records as application/x-ndjson.");
    }

    /** A stage of what was computed at once. */
    static <T> CompletionStage<T> done(T value) {
        return CompletableFuture.completedFuture(value);
    }
}
