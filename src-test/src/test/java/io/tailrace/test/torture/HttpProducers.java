package io.tailrace.test.torture;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** A thread per partition that posts a record at a time to one node or another. What is not answered well is never sent again. */
final class HttpProducers implements TortureClient.Load {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final HttpClient http = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(2))
            .build();
    private final List<String> urls;
    private final TortureClient.Job job;
    private final List<Thread> threads = new ArrayList<>();
    private volatile boolean stopping;

    HttpProducers(List<String> urls, TortureClient.Job job) {
        this.urls = urls;
        this.job = job;
        for (int partition = 0; partition < job.partitions(); partition++) {
            int number = partition;
            Thread thread = new Thread(() -> produce(number), "http-" + partition);
            thread.start();
            threads.add(thread);
        }
    }

    private void produce(int partition) {
        Random random = new Random(partition);
        String producer = job.name() + "-" + partition;
        try {
            for (long number = 0; !stopping; number++) {
                send(partition, producer + ":" + number, urls.get(random.nextInt(urls.size())));
                Thread.sleep(Math.max(1, 1000 / job.rate()));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void send(int partition, String value, String url) throws InterruptedException {
        job.out().accept(Happening.send(partition, value));
        HttpRequest request = HttpRequest.newBuilder(URI.create(url + "/v1/topics/" + job.topic() + "/records"))
                .timeout(Duration.ofSeconds(10))
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(
                        "{\"partition_id\":" + partition + ",\"value\":{\"data\":\"" + value + "\"}}"))
                .build();
        try {
            HttpResponse<String> response = http.send(request, HttpResponse.BodyHandlers.ofString());
            JsonNode body = JSON.readTree(response.body());
            if (response.statusCode() == 200 && body.path("offset").isNumber()) {
                job.out()
                        .accept(Happening.ok(
                                partition, value, body.path("offset").asLong()));
            } else {
                // Also where the node was not even ready: what it had tried before it gave up is its own business.
                job.out()
                        .accept(Happening.info(
                                partition, value, body.path("error_code").asText("?")));
                Thread.sleep(100);
            }
        } catch (IOException e) {
            job.out().accept(Happening.info(partition, value, e.getClass().getSimpleName()));
            Thread.sleep(100);
        }
    }

    @Override
    public void close() {
        stopping = true;
        try {
            for (Thread thread : threads) {
                thread.join(20_000);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
