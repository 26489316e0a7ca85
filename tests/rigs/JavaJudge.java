import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.InputStreamReader;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.Base64;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;
import sun.security.util.HostnameChecker;

/** Judges chains as an HTTPS client of this Java would: a line "host root leaf issuer ..." in, a line out. */
public class JavaJudge {
    public static void main(String[] arguments) throws Exception {
        var lines = new BufferedReader(new InputStreamReader(System.in));
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            System.out.println(judge(line.split(" ")));
        }
    }

    static String judge(String[] words) {
        try {
            var store = KeyStore.getInstance("PKCS12");
            store.load(null, null);
            store.setCertificateEntry("root", read(words[1]));
            var factory = TrustManagerFactory.getInstance("PKIX");
            factory.init(store);
            var manager = (X509TrustManager) factory.getTrustManagers()[0];
            var chain = new X509Certificate[words.length - 2];
            for (int i = 0; i < chain.length; i++) {
                chain[i] = read(words[i + 2]);
            }
            var kind = chain[0].getPublicKey().getAlgorithm();
            manager.checkServerTrusted(chain, kind.equals("RSA") ? "ECDHE_RSA" : "ECDHE_ECDSA");
            HostnameChecker.getInstance(HostnameChecker.TYPE_TLS).match(words[0], chain[0]);
            return "trusted";
        } catch (Exception problem) {
            return String.valueOf(problem).replace('\n', ' ');
        }
    }

    static X509Certificate read(String text) throws Exception {
        var octets = new ByteArrayInputStream(Base64.getDecoder().decode(text));
        return (X509Certificate) CertificateFactory.getInstance("X.509").generateCertificate(octets);
    }
}
