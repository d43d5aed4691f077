package io.tailrace.http;

import io.tailrace.cluster.catalog.Topics;
import io.tailrace.cluster.node.Tailrace;
import io.tailrace.cluster.placement.PartitionReader;
import io.tailrace.cluster.placement.Partitions;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;

/** A real node of which a test sees the readers, and replaces single answers. */
final class WatchedTailrace {
    private final AtomicInteger openReaders = new AtomicInteger();
    private final AtomicLong fetches = new AtomicLong();
    private final Map<String, Function<Object[], Object>> instead = new ConcurrentHashMap<>();
    private final Tailrace tailrace;

    WatchedTailrace(Tailrace real) {
        Topics topics = watched(Topics.class, real.topics(), Map.of());
        Partitions partitions = watched(Partitions.class, real.partitions(), Map.of("reader", this::watchedReader));
        this.tailrace =
                watched(Tailrace.class, real, Map.of("topics", found -> topics, "partitions", found -> partitions));
    }

    Tailrace tailrace() {
        return tailrace;
    }

    int openReaders() {
        return openReaders.get();
    }

    long fetches() {
        return fetches.get();
    }

    /** From now on that method answers so, whichever of the interfaces it belongs to. */
    void answer(String method, Function<Object[], Object> answer) {
        instead.put(method, answer);
    }

    void answerTruly(String method) {
        instead.remove(method);
    }

    private Object watchedReader(Object real) {
        openReaders.incrementAndGet();
        AtomicInteger closed = new AtomicInteger();
        return proxy(PartitionReader.class, (proxy, method, arguments) -> {
            if (method.getName().equals("close") && closed.getAndIncrement() == 0) {
                openReaders.decrementAndGet();
            }
            if (method.getName().equals("fetch")) {
                fetches.incrementAndGet();
            }
            return method.invoke(real, arguments);
        });
    }

    private <T> T watched(Class<T> type, T real, Map<String, Function<Object, Object>> wrap) {
        return proxy(type, (proxy, method, arguments) -> {
            Function<Object[], Object> replaced = instead.get(method.getName());
            if (replaced != null) {
                return replaced.apply(arguments);
            }
            try {
                Object found = method.invoke(real, arguments);
                Function<Object, Object> wrapper = wrap.get(method.getName());
                return wrapper == null ? found : wrapper.apply(found);
            } catch (InvocationTargetException e) {
                throw e.getCause();
            }
        });
    }

    private static <T> T proxy(Class<T> type, InvocationHandler handler) {
        return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, handler));
    }
}
