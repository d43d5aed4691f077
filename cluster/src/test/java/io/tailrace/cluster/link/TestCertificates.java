package io.tailrace.cluster.link;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;

/** A CA, a certificate that it has signed and one that it has not, made anew with the JDK's keytool. PEM files in a directory. */
public final class TestCertificates {
    private static final String PASSWORD = "changeit";
    private static final String STORE = "keys.p12";

    private final Path directory;

    /** Makes them; takes some seconds. */
    public TestCertificates(Path directory) {
        this.directory = directory;
        generate("ca", "-ext", "bc:c");
        generate("node", "-signer", "ca");
        generate("stranger");
        try (InputStream in = Files.newInputStream(directory.resolve(STORE))) {
            KeyStore store = KeyStore.getInstance("PKCS12");
            store.load(in, PASSWORD.toCharArray());
            for (String name : List.of("ca", "node", "stranger")) {
                write(name + ".crt", "CERTIFICATE", store.getCertificate(name).getEncoded());
                write(
                        name + ".key",
                        "PRIVATE KEY",
                        store.getKey(name, PASSWORD.toCharArray()).getEncoded());
            }
        } catch (IOException | GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Of a node of the cluster. */
    public Config ofNode() {
        return config("node");
    }

    /** Of somebody who knows the CA's certificate, and has none from it. */
    public Config ofStranger() {
        return config("stranger");
    }

    private Config config(String name) {
        return ConfigFactory.parseMap(Map.of(
                "key-file", path(name + ".key"), "cert-file", path(name + ".crt"), "ca-cert-file", path("ca.crt")));
    }

    private void generate(String name, String... more) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "keytool").toString());
        command.addAll(List.of("-genkeypair", "-keyalg", "RSA", "-keysize", "2048", "-validity", "2"));
        command.addAll(List.of("-dname", "CN=" + name, "-alias", name, "-storetype", "PKCS12"));
        command.addAll(List.of("-keystore", path(STORE), "-storepass", PASSWORD));
        command.addAll(List.of(more));
        try {
            Process process =
                    new ProcessBuilder(command).redirectErrorStream(true).start();
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
            if (process.waitFor() != 0) {
                throw new IllegalStateException(command + ": " + output);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private String path(String file) {
        return directory.resolve(file).toString();
    }

    private void write(String file, String label, byte[] der) throws IOException {
        String text = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der);
        Files.writeString(
                directory.resolve(file), "-----BEGIN " + label + "-----\n" + text + "\n-----END " + label + "-----\n");
    }
}
