package io.tailrace.cluster.link;

import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.TailraceException;
import java.util.List;
import java.util.UUID;
import org.apache.pekko.util.ByteString;

/**
 * How a session begins. The layouts here never change: what changes beneath is what the two agree upon.
 *
 * <pre>
 *   HELLO     magic int32, least version int32, newest version int32, cluster id, sender's node id, receiver's node id,
 *             lane int8, session uuid
 *   WELCOME   version int32, window int64
 *   REFUSED   error code, message
 * </pre>
 *
 * <p>Both speak the newest version that both know. If there is none, the session is refused, and a line in both logs says so.
 *
 * @param leastVersion the oldest version of messages that the sender speaks
 * @param newestVersion the newest one
 * @param identity the sender
 * @param peer whom it wants to talk to
 * @param session random, for the logs
 */
record Hello(int leastVersion, int newestVersion, LinkIdentity identity, String peer, Lane lane, UUID session) {
    private static final int MAGIC = 0x544C524B;

    private static final List<Lane> LANES = List.of(Lane.SMALL, Lane.LARGE, Lane.READS);

    /** What this program speaks. */
    static final int VERSION = 1;

    static Hello of(LinkIdentity self, String peer, Lane lane) {
        return new Hello(VERSION, VERSION, self, peer, lane, UUID.randomUUID());
    }

    ByteString encode() {
        return Frame.encode(new FieldWriter()
                .int8(FrameKind.HELLO)
                .int32(MAGIC)
                .int32(leastVersion)
                .int32(newestVersion)
                .string(identity.clusterId())
                .string(identity.nodeId())
                .string(peer)
                .oneOf(LANES, lane)
                .uuid(session)
                .toBytes());
    }

    static Hello decode(Frame frame) {
        FieldReader in = new FieldReader(frame.head().duplicate(), "A greeting");
        if (in.int8() != FrameKind.HELLO || in.int32() != MAGIC) {
            throw in.malformed("no greeting at its beginning");
        }
        Hello hello = new Hello(
                in.int32(),
                in.int32(),
                new LinkIdentity(in.string(), in.string()),
                in.string(),
                in.oneOf(LANES),
                in.uuid());
        in.end();
        return hello;
    }

    /**
     * The version that both speak.
     *
     * @throws TailraceException INVALID_ARGUMENT, with what to tell the sender, if they are not to talk to each other
     */
    int agree(LinkIdentity self) {
        if (!identity.clusterId().equals(self.clusterId())) {
            throw refusal("Node " + identity.nodeId() + " is of cluster " + identity.clusterId() + ", node "
                    + self.nodeId() + " of " + self.clusterId() + ": look at the addresses it was given.");
        }
        if (!peer.equals(self.nodeId())) {
            throw refusal("Node " + identity.nodeId() + " looks for node " + peer + ", here is node " + self.nodeId()
                    + ": the address has changed hands.");
        }
        if (newestVersion < VERSION || leastVersion > VERSION) {
            throw refusal("Node " + identity.nodeId() + " speaks versions " + leastVersion + " to " + newestVersion
                    + " of the nodes' messages, node " + self.nodeId() + " speaks " + VERSION
                    + ": upgrade the older one.");
        }
        return VERSION;
    }

    private static TailraceException refusal(String message) {
        return new TailraceException(ErrorCode.INVALID_ARGUMENT, message);
    }
}
