package examples

// #region cloud
import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/gophercloud/gophercloud/v2"
	"github.com/gophercloud/gophercloud/v2/openstack"
)

// Where the novasim listens that runs as long as the tests do.
var novasim string

func TestMain(m *testing.M) {
	command := strings.Fields(envOr("NOVASIM", "npx novasim"))
	process := exec.Command(command[0], append(command[1:], "serve", "--port", "0")...)
	process.Stderr = os.Stderr
	stdout, err := process.StdoutPipe()
	if err == nil {
		err = process.Start()
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "novasim cannot be started:", err)
		os.Exit(1)
	}
	// Once it can be asked it prints how to log in: OS_AUTH_URL=http://127.0.0.1:40123/identity/v3, and so on.
	first, _ := bufio.NewReader(stdout).ReadString('\n')
	novasim = strings.TrimSuffix(strings.TrimPrefix(strings.TrimSpace(first), "OS_AUTH_URL="), "/identity/v3")
	code := m.Run()
	_ = process.Process.Signal(os.Interrupt)
	_ = process.Wait()
	os.Exit(code)
}

// cloud gives the test a world of its own: a client of its Nova, and a function that steers it (docs/control.md).
func cloud(t *testing.T) (*gophercloud.ServiceClient, func(method, path, body string) map[string]any) {
	t.Helper()
	world := control(t, novasim+"/_novasim", "POST", "/worlds", `{"clock": "manual"}`)
	t.Cleanup(func() { control(t, novasim+"/_novasim", "DELETE", "/worlds/"+world["name"].(string), "") })
	for name, value := range world["env"].(map[string]any) {
		t.Setenv(name, value.(string))
	}
	// gophercloud does not know OS_USER_DOMAIN_NAME and OS_PROJECT_DOMAIN_NAME.
	t.Setenv("OS_DOMAIN_NAME", "Default")
	login, err := openstack.AuthOptionsFromEnv()
	if err != nil {
		t.Fatal(err)
	}
	provider, err := openstack.AuthenticatedClient(context.Background(), login)
	if err != nil {
		t.Fatal(err)
	}
	nova, err := openstack.NewComputeV2(provider, gophercloud.EndpointOpts{})
	if err != nil {
		t.Fatal(err)
	}
	nova.Microversion = "2.53"
	steer := func(method, path, body string) map[string]any {
		t.Helper()
		return control(t, world["control_url"].(string), method, path, body)
	}
	return nova, steer
}

func control(t *testing.T, url, method, path, body string) map[string]any {
	t.Helper()
	request, err := http.NewRequest(method, url+path, bytes.NewBufferString(body))
	if err != nil {
		t.Fatal(err)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	var answer map[string]any
	_ = json.NewDecoder(response.Body).Decode(&answer)
	if response.StatusCode >= 400 {
		t.Fatalf("%s %s: %d %v", method, path, response.StatusCode, answer)
	}
	return answer
}

func envOr(name, otherwise string) string {
	if value := os.Getenv(name); value != "" {
		return value
	}
	return otherwise
}

// #endregion
