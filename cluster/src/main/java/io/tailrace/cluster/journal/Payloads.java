package io.tailrace.cluster.journal;

import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.TailraceException;
import java.nio.ByteBuffer;
import org.apache.pekko.actor.ActorSystem;
import org.apache.pekko.serialization.Serialization;
import org.apache.pekko.serialization.SerializationExtension;
import org.apache.pekko.serialization.Serializer;
import org.apache.pekko.serialization.Serializers;

/** Turns objects into bytes and back, by the application's own Pekko Serialization. */
final class Payloads {
    private final Serialization serialization;

    Payloads(ActorSystem system) {
        this.serialization = SerializationExtension.get(system);
    }

    /**
     * The object's bytes.
     *
     * @throws TailraceException SERIALIZATION_FAILED
     */
    Payload toPayload(Object object) {
        try {
            Serializer serializer = serialization.findSerializerFor(object);
            byte[] bytes = serialization.serialize(object).get();
            return new Payload(
                    serializer.identifier(), Serializers.manifestFor(serializer, object), ByteBuffer.wrap(bytes));
        } catch (Exception e) {
            throw new TailraceException(
                    ErrorCode.SERIALIZATION_FAILED,
                    "No bytes could be made of a " + object.getClass().getName() + ": bind a serializer to it ("
                            + firstLine(e) + ").",
                    e);
        }
    }

    /**
     * The object of those bytes.
     *
     * @throws TailraceException SERIALIZATION_FAILED
     */
    Object toObject(Payload payload) {
        try {
            return serialization
                    .deserialize(payload.toBytes(), payload.serializerId(), payload.manifest())
                    .get();
        } catch (Exception e) {
            throw new TailraceException(
                    ErrorCode.SERIALIZATION_FAILED,
                    "No object could be made of the bytes that serializer " + payload.serializerId()
                            + " wrote with manifest '" + payload.manifest() + "' (" + firstLine(e) + ").",
                    e);
        }
    }

    private static String firstLine(Exception e) {
        String message = e.getMessage();
        return message == null
                ? e.getClass().getSimpleName()
                : message.lines().findFirst().orElse("");
    }
}
