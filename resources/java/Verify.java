import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.FileInputStream;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;

/** Asks this Java's own trust manager about a chain: a key store as argument, base64 DER lines on stdin, leaf first. */
public final class Verify {
    public static void main(String[] arguments) throws Exception {
        List<X509Certificate> chain = new ArrayList<>();
        CertificateFactory factory = CertificateFactory.getInstance("X.509");
        BufferedReader lines = new BufferedReader(new InputStreamReader(System.in, "US-ASCII"));
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            InputStream der = new ByteArrayInputStream(Base64.getDecoder().decode(line.trim()));
            chain.add((X509Certificate) factory.generateCertificate(der));
        }
        X509Certificate[] presented = chain.toArray(new X509Certificate[0]);
        try {
            X509TrustManager manager = managerOf(load(arguments[0]));
            if (presented.length == 1) {
                presented[0].checkValidity();
                boolean accepted = Arrays.asList(manager.getAcceptedIssuers()).contains(presented[0]);
                System.out.println(accepted ? "accepted" : "refused: not among the accepted issuers");
                return;
            }
            String key = presented[0].getPublicKey().getAlgorithm();
            manager.checkServerTrusted(presented, "EC".equals(key) ? "ECDHE_ECDSA" : "ECDHE_RSA");
            System.out.println("accepted");
        } catch (Exception error) {
            Throwable cause = error;
            while (cause.getCause() != null) {
                cause = cause.getCause();
            }
            System.out.println("refused: " + String.valueOf(cause.getMessage()).split("\n")[0]);
        }
    }

    private static KeyStore load(String file) throws Exception {
        Exception last = null;
        for (String type : new String[] {"JKS", "PKCS12"}) {
            for (char[] password : new char[][] {"changeit".toCharArray(), null}) {
                try (InputStream content = new FileInputStream(file)) {
                    KeyStore store = KeyStore.getInstance(type);
                    store.load(content, password);
                    return store;
                } catch (Exception error) {
                    last = error;
                }
            }
        }
        throw last;
    }

    private static X509TrustManager managerOf(KeyStore store) throws Exception {
        TrustManagerFactory factory = TrustManagerFactory.getInstance("PKIX");
        factory.init(store);
        for (TrustManager manager : factory.getTrustManagers()) {
            if (manager instanceof X509TrustManager) {
                return (X509TrustManager) manager;
            }
        }
        throw new IllegalStateException("no X.509 trust manager");
    }
}
