package io.tailrace.streams.runtime;

import io.tailrace.cluster.link.FieldReader;
import io.tailrace.cluster.link.FieldWriter;
import io.tailrace.streams.query.StorePage;
import io.tailrace.streams.state.KeyValue;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.apache.pekko.actor.ExtendedActorSystem;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorRefResolver;
import org.apache.pekko.actor.typed.javadsl.Adapter;
import org.apache.pekko.serialization.SerializerWithStringManifest;
import org.jspecify.annotations.Nullable;

/**
 * What nodes say to each other about stores, under a manifest that names what it is and its version. An actor is its path, a task its sub-topology and partition (int32 each). The lengths of
 * bytes come first, -1 for none, and the bytes of all of them last.
 *
 * <pre>
 *   which/1    actor
 *   get/1      actor, task, store string, length int32, key
 *   range/1    actor, task, store string, backwards bool, length int32, length int32, from, to
 *   tasks/1    count int32, tasks
 *   value/1    length int32, value
 *   page/1     more bool, count int32; each: length int32, length int32; each: key, value
 *   not-here/1
 *   failed/1   code string, message string
 * </pre>
 *
 * <p>What is not known is refused with SERIALIZATION_FAILED; Pekko logs and drops that message, as if it had been lost.
 */
public final class StoreFormat extends SerializerWithStringManifest {
    /** Registered in reference.conf; Pekko asks that it be unique in an application. */
    private static final int IDENTIFIER = 7_070_109;

    private static final int NONE = -1;
    private static final int MESSAGE_CHARACTERS = 8 << 10;

    private final ExtendedActorSystem system;

    /** Pekko makes it. */
    public StoreFormat(ExtendedActorSystem system) {
        this.system = system;
    }

    @Override
    public int identifier() {
        return IDENTIFIER;
    }

    @Override
    public String manifest(Object object) {
        if (object instanceof StoreMessage.WhichTasks) {
            return "which/1";
        }
        if (object instanceof StoreMessage.Get) {
            return "get/1";
        }
        if (object instanceof StoreMessage.Range) {
            return "range/1";
        }
        if (object instanceof StoreMessage.Tasks) {
            return "tasks/1";
        }
        if (object instanceof StoreMessage.Value) {
            return "value/1";
        }
        if (object instanceof StoreMessage.Page) {
            return "page/1";
        }
        if (object instanceof StoreMessage.NotHere) {
            return "not-here/1";
        }
        if (object instanceof StoreMessage.Failed) {
            return "failed/1";
        }
        throw new IllegalArgumentException("Never leaves its node: " + object.getClass());
    }

    @Override
    public byte[] toBinary(Object object) {
        FieldWriter out = new FieldWriter();
        if (object instanceof StoreMessage.Question question) {
            out.string(ActorRefResolver.get(Adapter.toTyped(system)).toSerializationFormat(question.replyTo()));
        }
        if (object instanceof StoreMessage.Get get) {
            task(out, get.task());
            bytes(out.string(get.store()), Collections.singletonList(get.key()));
        } else if (object instanceof StoreMessage.Range range) {
            task(out, range.task());
            bytes(out.string(range.store()).bool(range.backwards()), Arrays.asList(range.from(), range.to()));
        } else if (object instanceof StoreMessage.Tasks tasks) {
            out.int32(tasks.tasks().size());
            tasks.tasks().forEach(task -> task(out, task));
        } else if (object instanceof StoreMessage.Value value) {
            bytes(out, Collections.singletonList(value.value()));
        } else if (object instanceof StoreMessage.Page page) {
            write(out, page.page());
        } else if (object instanceof StoreMessage.Failed failed) {
            String message = failed.message();
            out.string(failed.code().name())
                    .string(message.substring(0, Math.min(message.length(), MESSAGE_CHARACTERS)));
        }
        return out.toBytes();
    }

    private static void task(FieldWriter out, TaskId task) {
        out.int32(task.subTopology()).int32(task.partition());
    }

    private static void bytes(FieldWriter out, List<byte @Nullable []> several) {
        for (byte[] each : several) {
            out.int32(each == null ? NONE : each.length);
        }
        for (byte[] each : several) {
            if (each != null) {
                out.raw(ByteBuffer.wrap(each));
            }
        }
    }

    private static void write(FieldWriter out, StorePage page) {
        out.bool(page.more()).int32(page.entries().size());
        List<byte @Nullable []> all = new ArrayList<>();
        for (KeyValue<byte[], byte[]> entry : page.entries()) {
            all.add(entry.key());
            all.add(entry.value());
        }
        bytes(out, all);
    }

    // --- from bytes --------------------------------------------------------------------------------------------------

    @Override
    public Object fromBinary(byte[] bytes, String manifest) {
        FieldReader in = new FieldReader(ByteBuffer.wrap(bytes), "A message about stores (" + manifest + ")");
        Object message =
                switch (manifest) {
                    case "which/1" -> new StoreMessage.WhichTasks(actor(in));
                    case "get/1" -> get(in);
                    case "range/1" -> range(in);
                    case "tasks/1" -> new StoreMessage.Tasks(tasks(in));
                    case "value/1" -> new StoreMessage.Value(bytes(in, 1).get(0));
                    case "page/1" -> new StoreMessage.Page(page(in));
                    case "not-here/1" -> new StoreMessage.NotHere();
                    case "failed/1" -> new StoreMessage.Failed(in.errorCode(), in.string());
                    default -> throw in.malformed("an unknown manifest");
                };
        in.end();
        return message;
    }

    private <T> ActorRef<T> actor(FieldReader in) {
        return ActorRefResolver.get(Adapter.toTyped(system)).resolveActorRef(in.string());
    }

    private static TaskId task(FieldReader in) {
        return new TaskId(in.count(), in.count());
    }

    private StoreMessage.Get get(FieldReader in) {
        ActorRef<StoreMessage.Answer> replyTo = actor(in);
        return new StoreMessage.Get(
                task(in), in.string(), present(in, bytes(in, 1).get(0)), replyTo);
    }

    private StoreMessage.Range range(FieldReader in) {
        ActorRef<StoreMessage.Answer> replyTo = actor(in);
        TaskId task = task(in);
        String store = in.string();
        boolean backwards = in.bool();
        List<byte @Nullable []> bounds = bytes(in, 2);
        return new StoreMessage.Range(task, store, bounds.get(0), bounds.get(1), backwards, replyTo);
    }

    private static Set<TaskId> tasks(FieldReader in) {
        int count = in.count();
        Set<TaskId> tasks = new HashSet<>();
        for (int i = 0; i < count; i++) {
            tasks.add(task(in));
        }
        return tasks;
    }

    private static StorePage page(FieldReader in) {
        boolean more = in.bool();
        int count = in.count();
        if (count > StorePage.MOST_ENTRIES) {
            throw in.malformed(count + " entries");
        }
        List<byte @Nullable []> all = bytes(in, 2 * count);
        List<KeyValue<byte[], byte[]>> entries = new ArrayList<>();
        for (int i = 0; i < all.size(); i += 2) {
            entries.add(new KeyValue<>(present(in, all.get(i)), present(in, all.get(i + 1))));
        }
        return new StorePage(entries, more);
    }

    private static byte[] present(FieldReader in, byte @Nullable [] bytes) {
        if (bytes == null) {
            throw in.malformed("no bytes where some have to be");
        }
        return bytes;
    }

    /** All that is left: so many lengths, and their bytes. */
    private static List<byte @Nullable []> bytes(FieldReader in, int count) {
        int[] lengths = new int[count];
        long sum = 0;
        for (int i = 0; i < count; i++) {
            lengths[i] = in.int32();
            if (lengths[i] < NONE) {
                throw in.malformed("a length of " + lengths[i]);
            }
            sum += Math.max(0, lengths[i]);
        }
        ByteBuffer rest = in.rest();
        if (sum != rest.remaining()) {
            throw in.malformed(rest.remaining() + " bytes where " + sum + " have to follow");
        }
        List<byte @Nullable []> several = new ArrayList<>();
        for (int length : lengths) {
            byte @Nullable [] each = length == NONE ? null : new byte[length];
            if (each != null) {
                rest.get(each);
            }
            several.add(each);
        }
        return several;
    }
}
