package io.tailrace.cluster.group;

import io.tailrace.cluster.link.FieldReader;
import io.tailrace.cluster.link.FieldWriter;
import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.TailraceException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * The coordinator's answers to who is no member, as bytes, in one message or cut into the pages of several.
 *
 * <pre>
 *   summaries/1   count int32, then of each: name string, state int8, members int32
 *   described/1   see {@link DescriptionBytes}
 *   changed/1     nothing
 *   refused/1     code, message string
 * </pre>
 */
final class ReplyBytes {
    private static final Map<Class<?>, String> KINDS = Map.of(
            GroupReply.Summaries.class, "summaries/1",
            GroupReply.Described.class, "described/1",
            GroupReply.Changed.class, "changed/1",
            GroupReply.Refused.class, "refused/1");

    private ReplyBytes() {}

    /** What it is and its version. */
    static String kind(GroupReply reply) {
        String kind = KINDS.get(reply.getClass());
        if (kind == null) {
            throw new IllegalArgumentException("No whole answer: " + reply.getClass());
        }
        return kind;
    }

    static byte[] toBytes(GroupReply reply) {
        FieldWriter out = new FieldWriter();
        if (reply instanceof GroupReply.Summaries summaries) {
            out.int32(summaries.groups().size());
            summaries.groups().forEach(group -> {
                out.string(group.group());
                DescriptionBytes.state(out, group.state());
                out.int32(group.members());
            });
        } else if (reply instanceof GroupReply.Described described) {
            DescriptionBytes.write(out, described.description());
        } else if (reply instanceof GroupReply.Refused refused) {
            out.string(refused.code().name()).string(refused.message());
        }
        return out.toBytes();
    }

    /** Throws SERIALIZATION_FAILED for what is no answer of that kind. */
    static GroupReply fromBytes(String kind, ByteBuffer bytes) {
        FieldReader in = new FieldReader(bytes, "'" + kind + "' of the consumer groups");
        GroupReply reply =
                switch (kind) {
                    case "summaries/1" -> summaries(in);
                    case "described/1" -> new GroupReply.Described(DescriptionBytes.read(in));
                    case "changed/1" -> new GroupReply.Changed();
                    case "refused/1" -> new GroupReply.Refused(in.errorCode(), in.string());
                    default -> throw unknown(kind);
                };
        in.end();
        return reply;
    }

    private static GroupReply.Summaries summaries(FieldReader in) {
        List<GroupSummary> groups = new ArrayList<>();
        for (int left = in.count(); left > 0; left--) {
            groups.add(new GroupSummary(in.string(), DescriptionBytes.state(in), in.count()));
        }
        return new GroupReply.Summaries(groups);
    }

    static TailraceException unknown(String kind) {
        return new TailraceException(
                ErrorCode.SERIALIZATION_FAILED,
                "Another node says '" + kind
                        + "' about consumer groups, which this version does not know: upgrade the older node.");
    }
}
