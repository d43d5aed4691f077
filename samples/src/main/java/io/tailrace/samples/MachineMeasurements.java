package io.tailrace.samples;

import io.tailrace.streams.ProducerRecord;
import io.tailrace.streams.Serde;
import io.tailrace.streams.Serdes;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.ThreadInfo;
import java.lang.management.ThreadMXBean;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.apache.pekko.actor.Cancellable;
import org.apache.pekko.stream.javadsl.Source;

/**
 * What the machine and this JVM are doing, measured afresh at each call of {@link #sample}: processor time per core and per
 * thread, memory and its pools, garbage collection, load, free disk space, and what {@code /proc} tells where there is one. Not
 * for several threads at once.
 */
public final class MachineMeasurements {
    /** How often {@link #source} measures: often enough for thousands of records a second. */
    private static final Duration PERIOD = Duration.ofMillis(40);

    private static final double MEGABYTE = 1e6;
    private static final Pattern NUMBER = Pattern.compile("[-#0-9]+$");
    private static final Serde<Measurement> JSON = Serdes.json(Measurement.class);

    private final InstantSource clock;
    private final Path disk;
    private final Proc proc = new Proc(Path.of("/proc"));
    private final ThreadMXBean threads = ManagementFactory.getThreadMXBean();
    private final Map<Long, Long> threadNanos = new HashMap<>();
    private final Map<String, Long> collectorMillis = new HashMap<>();
    private long sampledNanos = System.nanoTime();

    /**
     * Measurements of this machine.
     *
     * @param clock tells the time of a measurement
     * @param disk a directory on the disk whose free space is of interest
     */
    public MachineMeasurements(InstantSource clock, Path disk) {
        this.clock = clock;
        this.disk = disk;
    }

    /** Measurements without end, many per second, as JSON under their names as keys. */
    public static Source<ProducerRecord<byte[], byte[]>, Cancellable> source(
            String topic, InstantSource clock, Path disk) {
        MachineMeasurements machine = new MachineMeasurements(clock, disk);
        return Source.tick(Duration.ZERO, PERIOD, machine)
                .mapConcat(MachineMeasurements::sample)
                .map(measurement -> ProducerRecord.of(
                                topic,
                                measurement.name().getBytes(StandardCharsets.UTF_8),
                                JSON.serialize(topic, measurement))
                        .withTimestamp(measurement.timeMillis()));
    }

    /** All measurements there are now. Shares and rates are those since the last call. */
    public List<Measurement> sample() {
        List<Measurement> sample = new ArrayList<>();
        long now = clock.millis();
        long nanos = System.nanoTime();
        double seconds = Math.max(1e-6, (nanos - sampledNanos) / 1e9);
        sampledNanos = nanos;
        Measure measure = (name, unit, value) -> sample.add(new Measurement(name, unit, now, value));
        proc.measure(measure, seconds);
        measureMemory(measure);
        measureCollectors(measure, seconds);
        measureThreads(measure, seconds);
        double load = ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage();
        if (load >= 0) {
            measure.add("load/1min", "", load);
        }
        measure.add("disk/usable", "MB", disk.toFile().getUsableSpace() / MEGABYTE);
        return sample;
    }

    private static void measureMemory(Measure measure) {
        for (MemoryPoolMXBean pool : ManagementFactory.getMemoryPoolMXBeans()) {
            measure.add("memory/" + pool.getName(), "MB", pool.getUsage().getUsed() / MEGABYTE);
        }
    }

    private void measureCollectors(Measure measure, double seconds) {
        for (GarbageCollectorMXBean collector : ManagementFactory.getGarbageCollectorMXBeans()) {
            long millis = Math.max(0, collector.getCollectionTime());
            Long before = collectorMillis.put(collector.getName(), millis);
            measure.add(
                    "gc/" + collector.getName(), "%", before == null ? 0 : (millis - before) / (seconds * 1000) * 100);
        }
    }

    /** Only threads that did something, those of a pool as one: the others are many and say nothing. */
    private void measureThreads(Measure measure, double seconds) {
        if (!threads.isThreadCpuTimeSupported()) {
            return;
        }
        Map<Long, Long> now = new HashMap<>();
        Map<Long, Double> busy = new HashMap<>();
        for (long id : threads.getAllThreadIds()) {
            long nanos = threads.getThreadCpuTime(id);
            long used = nanos - threadNanos.getOrDefault(id, nanos);
            now.put(id, nanos);
            if (used > 0) {
                busy.put(id, used / (seconds * 1e9) * 100);
            }
        }
        threadNanos.clear();
        threadNanos.putAll(now);
        Map<String, Double> pools = new TreeMap<>();
        busy.forEach((id, share) -> {
            ThreadInfo info = threads.getThreadInfo(id);
            if (info != null) {
                pools.merge(NUMBER.matcher(info.getThreadName()).replaceFirst(""), share, Double::sum);
            }
        });
        pools.forEach((pool, share) -> measure.add("thread/" + pool, "%", share));
    }

    /** Takes a measured value. */
    @FunctionalInterface
    interface Measure {
        void add(String name, String unit, double value);
    }
}
