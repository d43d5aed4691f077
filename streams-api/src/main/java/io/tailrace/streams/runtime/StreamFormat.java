package io.tailrace.streams.runtime;

import io.tailrace.cluster.link.FieldReader;
import io.tailrace.cluster.link.FieldWriter;
import io.tailrace.streams.TopicPartition;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.pekko.actor.ExtendedActorSystem;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorRefResolver;
import org.apache.pekko.actor.typed.javadsl.Adapter;
import org.apache.pekko.serialization.SerializerWithStringManifest;
import org.jspecify.annotations.Nullable;

/**
 * What nodes say to each other about applications, under a manifest that names what it is and its version. An actor is its path, text is cut into strings.
 *
 * <pre>
 *   describe/1   first task int32, actor
 *   show/1       format int8, actor
 *   described/1  application, instance, node string, state int8, failure optional text, all tasks int32, count int32, tasks
 *   shown/1      application string, topology text
 *
 *   task         sub-topology int32, partition int32, state int8, positions, lags, records int64, records per second int64 (a double's bits), stream
 *                time, state bytes, restored up to, restore to, commits int64, error optional text
 *   positions    count int32; each: topic string, partition int32, offset int64
 *   text         count int32, strings
 *   optional     0, or 1 and what it is
 * </pre>
 *
 * <p>What is not known is refused with SERIALIZATION_FAILED; Pekko logs and drops that message, as if it had been lost.
 */
public final class StreamFormat extends SerializerWithStringManifest {
    /** Registered in reference.conf; Pekko asks that it be unique in an application. */
    private static final int IDENTIFIER = 7_070_108;

    private static final int STRING_CHARACTERS = 8 << 10;
    private static final List<StreamState> STATES = List.of(
            StreamState.CREATED,
            StreamState.STARTING,
            StreamState.REBALANCING,
            StreamState.RUNNING,
            StreamState.ERROR,
            StreamState.CLOSING,
            StreamState.CLOSED);
    private static final List<TaskStatus.State> TASK_STATES = List.of(
            TaskStatus.State.CLAIMING,
            TaskStatus.State.RESTORING,
            TaskStatus.State.RUNNING,
            TaskStatus.State.STOPPING,
            TaskStatus.State.STOPPED,
            TaskStatus.State.FAILED);
    private static final List<TopologyFormat> FORMATS =
            List.of(TopologyFormat.TEXT, TopologyFormat.MERMAID, TopologyFormat.DOT);

    private final ExtendedActorSystem system;

    /** Pekko makes it. */
    public StreamFormat(ExtendedActorSystem system) {
        this.system = system;
    }

    @Override
    public int identifier() {
        return IDENTIFIER;
    }

    @Override
    public String manifest(Object object) {
        if (object instanceof StreamMessage.Describe) {
            return "describe/1";
        }
        if (object instanceof StreamMessage.ShowTopology) {
            return "show/1";
        }
        if (object instanceof StreamMessage.Described) {
            return "described/1";
        }
        if (object instanceof StreamMessage.Shown) {
            return "shown/1";
        }
        throw new IllegalArgumentException("Never leaves its node: " + object.getClass());
    }

    @Override
    public byte[] toBinary(Object object) {
        FieldWriter out = new FieldWriter();
        if (object instanceof StreamMessage.Describe describe) {
            out.int32(describe.firstTask());
            actor(out, describe.replyTo());
        } else if (object instanceof StreamMessage.ShowTopology show) {
            out.oneOf(FORMATS, show.format());
            actor(out, show.replyTo());
        } else if (object instanceof StreamMessage.Described described) {
            write(out, described);
        } else {
            StreamMessage.Shown shown = (StreamMessage.Shown) object;
            text(out.string(shown.application()), shown.topology());
        }
        return out.toBytes();
    }

    private void actor(FieldWriter out, ActorRef<?> actor) {
        out.string(ActorRefResolver.get(Adapter.toTyped(system)).toSerializationFormat(actor));
    }

    private static void write(FieldWriter out, StreamMessage.Described described) {
        StreamInstance instance = described.instance();
        out.string(instance.application()).string(instance.instance()).string(instance.node());
        out.oneOf(STATES, instance.state());
        optional(out, instance.failure());
        out.int32(described.allTasks()).int32(instance.tasks().size());
        for (TaskStatus task : instance.tasks()) {
            out.int32(task.id().subTopology()).int32(task.id().partition()).oneOf(TASK_STATES, task.state());
            positions(out, task.positions());
            positions(out, task.lags());
            out.int64(task.records())
                    .int64(Double.doubleToLongBits(task.recordsPerSecond()))
                    .int64(task.streamTime())
                    .int64(task.stateBytes())
                    .int64(task.restoredUpTo())
                    .int64(task.restoreTo())
                    .int64(task.commits());
            optional(out, task.error());
        }
    }

    private static void positions(FieldWriter out, Map<TopicPartition, Long> positions) {
        out.int32(positions.size());
        positions.forEach((partition, offset) ->
                out.string(partition.topic()).int32(partition.partition()).int64(offset));
    }

    private static void optional(FieldWriter out, @Nullable String text) {
        out.bool(text != null);
        if (text != null) {
            text(out, text);
        }
    }

    private static void text(FieldWriter out, String text) {
        out.int32((text.length() + STRING_CHARACTERS - 1) / STRING_CHARACTERS);
        for (int from = 0; from < text.length(); from += STRING_CHARACTERS) {
            out.string(text.substring(from, Math.min(text.length(), from + STRING_CHARACTERS)));
        }
    }

    // --- from bytes --------------------------------------------------------------------------------------------------

    @Override
    public Object fromBinary(byte[] bytes, String manifest) {
        FieldReader in = new FieldReader(ByteBuffer.wrap(bytes), "A message about applications (" + manifest + ")");
        Object message =
                switch (manifest) {
                    case "describe/1" -> new StreamMessage.Describe(in.count(), actor(in));
                    case "show/1" -> new StreamMessage.ShowTopology(in.oneOf(FORMATS), actor(in));
                    case "described/1" -> described(in);
                    case "shown/1" -> new StreamMessage.Shown(in.string(), text(in));
                    default -> throw in.malformed("an unknown manifest");
                };
        in.end();
        return message;
    }

    private <T> ActorRef<T> actor(FieldReader in) {
        return ActorRefResolver.get(Adapter.toTyped(system)).resolveActorRef(in.string());
    }

    private static StreamMessage.Described described(FieldReader in) {
        String application = in.string();
        String id = in.string();
        String node = in.string();
        StreamState state = in.oneOf(STATES);
        String failure = optional(in);
        int all = in.count();
        int count = in.count();
        List<TaskStatus> tasks = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            tasks.add(task(in));
        }
        return new StreamMessage.Described(new StreamInstance(application, id, node, state, failure, tasks), all);
    }

    private static TaskStatus task(FieldReader in) {
        return new TaskStatus(
                new TaskId(in.count(), in.count()),
                in.oneOf(TASK_STATES),
                positions(in),
                positions(in),
                in.int64(),
                Double.longBitsToDouble(in.int64()),
                in.int64(),
                in.int64(),
                in.int64(),
                in.int64(),
                in.int64(),
                optional(in));
    }

    private static Map<TopicPartition, Long> positions(FieldReader in) {
        int count = in.count();
        Map<TopicPartition, Long> positions = new LinkedHashMap<>();
        for (int i = 0; i < count; i++) {
            positions.put(new TopicPartition(in.string(), in.count()), in.int64());
        }
        return positions;
    }

    private static @Nullable String optional(FieldReader in) {
        return in.bool() ? text(in) : null;
    }

    private static String text(FieldReader in) {
        int count = in.count();
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < count; i++) {
            text.append(in.string());
        }
        return text.toString();
    }
}
