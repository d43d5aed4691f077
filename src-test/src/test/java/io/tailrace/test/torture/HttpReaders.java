package io.tailrace.test.torture;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Iterator;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;

/** A thread per partition that follows it as NDJSON from one node or another, and goes on elsewhere when that ends. */
final class HttpReaders implements TortureClient.Load {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final long SILENCE_NANOS = TimeUnit.SECONDS.toNanos(8);

    private final HttpClient http = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(2))
            .build();
    private final List<String> urls;
    private final TortureClient.Job job;
    private final ScheduledExecutorService watch = Executors.newSingleThreadScheduledExecutor();
    private volatile boolean stopping;

    HttpReaders(List<String> urls, TortureClient.Job job) {
        this.urls = urls;
        this.job = job;
        for (int partition = 0; partition < job.partitions(); partition++) {
            int number = partition;
            Thread thread = new Thread(() -> follow(number), "http-" + partition);
            thread.setDaemon(true);
            thread.start();
        }
    }

    private void follow(int partition) {
        Random random = new Random(partition);
        long next = 0;
        try {
            while (!stopping) {
                next = read(partition, next, urls.get(random.nextInt(urls.size())));
                Thread.sleep(100);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private long read(int partition, long from, String url) throws InterruptedException {
        long next = from;
        HttpRequest request = HttpRequest.newBuilder(URI.create(url + "/v1/topics/" + job.topic()
                        + "/records?partition=" + partition + "&from=" + from + "&limit=2000"))
                .timeout(Duration.ofSeconds(5))
                .build();
        try {
            HttpResponse<Stream<String>> response = http.send(request, HttpResponse.BodyHandlers.ofLines());
            AtomicLong heard = new AtomicLong(System.nanoTime());
            // A node that is paused says nothing for ever.
            ScheduledFuture<?> silence = watch.scheduleWithFixedDelay(
                    () -> {
                        if (System.nanoTime() - heard.get() > SILENCE_NANOS) {
                            response.body().close();
                        }
                    },
                    1,
                    1,
                    TimeUnit.SECONDS);
            try (Stream<String> lines = response.body()) {
                if (response.statusCode() == 200) {
                    for (Iterator<String> each = lines.iterator(); !stopping && each.hasNext(); ) {
                        JsonNode record = JSON.readTree(each.next());
                        heard.set(System.nanoTime());
                        if (record.path("offset").isNumber()) {
                            long offset = record.path("offset").asLong();
                            job.out()
                                    .accept(Happening.poll(
                                            partition,
                                            job.name() + "-" + partition,
                                            next,
                                            offset + 1,
                                            offset + "="
                                                    + record.path("value")
                                                            .path("data")
                                                            .asText()));
                            next = offset + 1;
                        }
                    }
                }
            } finally {
                silence.cancel(false);
            }
        } catch (IOException | UncheckedIOException e) {
            return next;
        }
        return next;
    }

    @Override
    public void close() {
        stopping = true;
        watch.shutdownNow();
    }
}
