package io.tailrace.streams.dsl;

import io.tailrace.streams.topology.Processor;
import io.tailrace.streams.topology.ProcessorContext;
import io.tailrace.streams.topology.ProcessorSupplier;
import io.tailrace.streams.topology.StreamRecord;
import java.io.File;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/** How and where records are printed: to look at them, not to keep them; after a crash some are printed twice. After Kafka Streams' {@code Printed}. */
public final class Printed<K, V> {
    private final PrintTarget target;
    private final @Nullable String label;
    private final BiFunction<? super K, ? super V, String> mapper;
    private final @Nullable String name;

    private Printed(
            PrintTarget target,
            @Nullable String label,
            BiFunction<? super K, ? super V, String> mapper,
            @Nullable String name) {
        this.target = target;
        this.label = label;
        this.mapper = mapper;
        this.name = name;
    }

    /** To the process's standard output. */
    public static <K, V> Printed<K, V> toSysOut() {
        return new Printed<>(new PrintTarget(null), null, Printed::text, null);
    }

    /** To a file, in UTF-8, which is begun anew by the first task that the process starts. */
    public static <K, V> Printed<K, V> toFile(String path) {
        return new Printed<>(new PrintTarget(new File(path)), null, Printed::text, null);
    }

    private static String text(@Nullable Object key, @Nullable Object value) {
        return key + ", " + value;
    }

    /** The same with that in brackets before each line; else it is the node's name. */
    public Printed<K, V> withLabel(String other) {
        return new Printed<>(target, other, mapper, name);
    }

    /** The same with records as that function shows them; else they are key, comma, value. */
    public Printed<K, V> withKeyValueMapper(BiFunction<? super K, ? super V, String> other) {
        return new Printed<>(target, label, other, name);
    }

    /** The same under that name. */
    public Printed<K, V> withName(String other) {
        return new Printed<>(target, label, mapper, other);
    }

    @Nullable
    String name() {
        return name;
    }

    ProcessorSupplier<K, V, Object, Object> toProcessorSupplier(String node) {
        String prefix = "[" + (label == null ? node : label) + "]: ";
        return () -> new Processor<>() {
            @Override
            public void init(ProcessorContext<Object, Object> context) {
                target.open();
            }

            @Override
            public void process(StreamRecord<K, V> record) {
                target.println(prefix + mapper.apply(record.key(), record.value()));
            }

            @Override
            public void close() {
                target.close();
            }
        };
    }
}
