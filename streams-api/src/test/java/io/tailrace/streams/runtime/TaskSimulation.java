package io.tailrace.streams.runtime;

import io.tailrace.cluster.catalog.Topic;
import io.tailrace.cluster.catalog.TopicSettings;
import io.tailrace.engine.record.Compression;
import io.tailrace.engine.record.RecordBatchBuilder;
import io.tailrace.engine.record.RecordCursor;
import io.tailrace.streams.Partitioner;
import io.tailrace.streams.state.MemoryBackend;
import io.tailrace.streams.state.StateBackend;
import io.tailrace.streams.topology.SubTopology;
import io.tailrace.streams.topology.Topology;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.Supplier;

/** Tasks of an application in one thread, on a node that loses answers: what happens next is drawn from a seed. Time goes on when nothing else does. */
final class TaskSimulation {
    final Random random;
    final SimulatedNode node;
    final Topology topology;
    final StreamSettings settings;
    final List<SimulatedTask> tasks = new ArrayList<>();
    private final Map<String, Topic> byName = new HashMap<>();
    private long now = 1_000_000;
    private long timers;
    private long otherProducers;
    /** Of a hundred appends, how many go wrong. */
    int faults;

    TaskSimulation(long seed, Topology topology, StreamSettings settings, int maxProducers) {
        this.random = new Random(seed);
        this.node = new SimulatedNode(maxProducers);
        this.topology = topology;
        this.settings = settings;
    }

    TaskSimulation withTopic(String name, int partitions) {
        return withTopic(name, partitions, TopicSettings.DEFAULT);
    }

    TaskSimulation withTopic(String name, int partitions, TopicSettings topicSettings) {
        byName.put(name, node.withTopic(name, partitions, topicSettings));
        return this;
    }

    /** The tasks of all parts. */
    TaskSimulation withTasks(int partitions) {
        for (SubTopology part : topology.subTopologies()) {
            Topic log = node.withTopic("log-" + part.number(), partitions, TopicSettings.DEFAULT);
            for (int number = 0; number < partitions; number++) {
                tasks.add(new SimulatedTask(part, new TaskId(part.number(), number), log));
            }
        }
        return this;
    }

    /** A task with its lives, and what is left of its state between them. */
    final class SimulatedTask {
        private final SubTopology part;
        final TaskId id;
        private final Topic log;
        Supplier<StateBackend> backend = MemoryBackend::new;
        SimulatedLife life;

        SimulatedTask(SubTopology part, TaskId id, Topic log) {
            this.part = part;
            this.id = id;
            this.log = log;
        }

        /** Another life; the one before goes on if nobody has killed it. */
        SimulatedLife begin() {
            TaskSetup setup = new TaskSetup(
                    node,
                    "app",
                    id,
                    topology,
                    part,
                    new TaskTopics(Map.copyOf(byName)),
                    log.partition(id.partition()),
                    () -> backend.get(),
                    settings);
            life = new SimulatedLife(setup);
            lives.add(life);
            return life;
        }
    }

    private record Timer(long due, long number, Runnable step, SimulatedLife life) {}

    private final List<SimulatedLife> lives = new ArrayList<>();
    private final PriorityQueue<Timer> later =
            new PriorityQueue<>(Comparator.comparingLong(Timer::due).thenComparingLong(Timer::number));

    /** A loop of which the simulation runs one step at a time. */
    final class SimulatedLife implements TaskLoop {
        final TaskLife life;
        private final ArrayDeque<Runnable> steps = new ArrayDeque<>();
        boolean over;
        boolean stopped;
        RuntimeException error;

        SimulatedLife(TaskSetup setup) {
            life = new TaskLife(setup, this, () -> now);
            steps.add(life::begin);
        }

        @Override
        public void execute(Runnable step) {
            if (!over) {
                steps.add(step);
            }
        }

        @Override
        public void later(Duration pause, Runnable step) {
            later.add(new Timer(now + Math.max(1, pause.toMillis()), timers++, step, this));
        }

        void stop() {
            execute(() -> life.stop(() -> {
                stopped = true;
                over = true;
            }));
        }

        /** Nothing more happens in it; what it has asked for is still done. */
        void kill() {
            over = true;
            steps.clear();
            life.close();
        }

        private void step() {
            try {
                steps.remove().run();
            } catch (RuntimeException e) {
                error = e;
                kill();
            }
        }
    }

    /** One thing happens; false if nothing can but time going on. */
    boolean step() {
        List<Runnable> possible = new ArrayList<>();
        for (SimulatedLife life : lives) {
            if (!life.over && !life.steps.isEmpty()) {
                possible.add(life::step);
            }
        }
        for (SimulatedPartition partition : node.all()) {
            if (partition.hasWork()) {
                possible.add(() -> partition.step(this::fate, random.nextBoolean()));
            }
        }
        if (possible.isEmpty()) {
            return false;
        }
        possible.get(random.nextInt(possible.size())).run();
        return true;
    }

    private SimulatedPartition.Fate fate() {
        SimulatedPartition.Fate[] all = SimulatedPartition.Fate.values();
        return random.nextInt(100) < faults ? all[random.nextInt(all.length)] : SimulatedPartition.Fate.STORED;
    }

    /** Time goes on to the next thing that waits for it; false if nothing does. */
    boolean tick() {
        later.removeIf(timer -> timer.life().over);
        Timer next = later.poll();
        if (next == null) {
            return false;
        }
        now = Math.max(now, next.due());
        next.life().execute(next.step());
        return true;
    }

    void advance(Duration time) {
        now += time.toMillis();
    }

    long now() {
        return now;
    }

    /** Steps until nothing is left to be done but to wait for records. */
    void settle() {
        int idle = 0;
        for (long steps = 0; idle < 50; steps++) {
            if (steps > 1_000_000) {
                throw new AssertionError("It does not come to an end.");
            }
            if (step()) {
                idle = 0;
            } else if (tick()) {
                idle++;
            } else {
                return;
            }
        }
    }

    /** Stores records of the form key=value with a producer of nobody else's. */
    void produce(String topic, List<String> keys, List<String> values, long timestamp) {
        Topic there = node.topic(topic);
        for (int i = 0; i < keys.size(); i++) {
            byte[] key = keys.get(i).getBytes(StandardCharsets.UTF_8);
            int number = Partitioner.DEFAULT.partition(topic, key, there.partitions());
            RecordBatchBuilder batch = new RecordBatchBuilder(Compression.NONE, 1 << 20);
            batch.append(timestamp, key, values.get(i).getBytes(StandardCharsets.UTF_8));
            node.partition(topic, number).append(batch.build());
        }
    }

    /** A batch of a producer that is never heard of again. */
    void produceAsAnother(String topic, int number, String key) {
        RecordBatchBuilder batch = new RecordBatchBuilder(Compression.NONE, 1 << 20);
        batch.append(now, key.getBytes(StandardCharsets.UTF_8), new byte[Long.BYTES]);
        node.partition(topic, number)
                .append(batch.producer(++otherProducers, (short) 0, 0).build());
    }

    /** The values of each key in a topic, in their order. */
    Map<String, List<byte[]>> valuesOf(String topic) {
        Map<String, List<byte[]>> values = new TreeMap<>();
        for (int number = 0; number < node.topic(topic).partitions(); number++) {
            for (RecordCursor records : node.partition(topic, number).cursors()) {
                while (records.next()) {
                    String key =
                            new String(records.array(), records.keyAt(), records.keySize(), StandardCharsets.UTF_8);
                    values.computeIfAbsent(key, k -> new ArrayList<>())
                            .add(Arrays.copyOfRange(
                                    records.array(),
                                    records.valueAt(),
                                    records.valueAt() + Math.max(0, records.valueSize())));
                }
            }
        }
        return values;
    }
}
