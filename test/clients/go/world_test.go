package clients

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/gophercloud/gophercloud/v2"
	"github.com/gophercloud/gophercloud/v2/openstack"
	"github.com/gophercloud/gophercloud/v2/openstack/compute/v2/services"
)

// Worlds for tests that no cloud could take back. byDefault is the one novasim has by default.
const (
	byDefault = `"default"`

	// host1 hosts an instance; nova-compute on host3 has been stopped, as it should be before it is removed.
	removable = `{"services": [` + others + `, {"binary": "nova-compute", "host": "host3", "process": "stopped"}],
		"instances": [{"name": "a", "host": "host1"}]}`

	// The instance was evacuated from host3, which has not come back since.
	evacuated = `{"services": [` + others + `, {"binary": "nova-compute", "host": "host3", "process": "stopped", "forced_down": true}],
		"instances": [{"name": "a", "host": "host1"}],
		"migrations": [{"type": "evacuation", "status": "done", "source": "host3", "dest": "host1", "instance": "a"}]}`

	others = `{"binary": "nova-conductor", "host": "controller"}, {"binary": "nova-scheduler", "host": "controller"},
		{"binary": "nova-compute", "host": "host1"}, {"binary": "nova-compute", "host": "host2"}`

	// No service has this id.
	unknown = "99999999-0000-4000-8000-000000000009"
)

var (
	worlds atomic.Int64
	uuid   = regexp.MustCompile(`^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`)
	number = regexp.MustCompile(`^[0-9]+$`)
)

// login gives the test a cloud of its own and logs in by the OS_* variables, as user.
//
// With NOVASIM_URL the cloud is a world of that novasim. Without it the tests ask the one cloud that the OS_* variables
// name, a real one for instance: those that need a world made for them are skipped then.
func login(t *testing.T, world, user string) *gophercloud.ProviderClient {
	t.Helper()
	if novasim := os.Getenv("NOVASIM_URL"); novasim != "" {
		name := fmt.Sprintf("go-%d-%d", os.Getpid(), worlds.Add(1))
		control(t, http.MethodPost, novasim+"/_novasim/worlds", fmt.Sprintf(`{"name": %q, "world": %s}`, name, world))
		t.Cleanup(func() { control(t, http.MethodDelete, novasim+"/_novasim/worlds/"+name, "") })
		t.Setenv("OS_AUTH_URL", novasim+"/w/"+name+"/identity/v3")
	} else if world != byDefault {
		t.Skip("needs a world that is made for it, and NOVASIM_URL is not set")
	}
	if user == "reader" {
		t.Setenv("OS_USERNAME", "reader")
		t.Setenv("OS_PROJECT_NAME", "demo")
	}
	// gophercloud does not know OS_USER_DOMAIN_NAME and OS_PROJECT_DOMAIN_NAME.
	t.Setenv("OS_DOMAIN_NAME", "Default")
	options, err := openstack.AuthOptionsFromEnv()
	ok(t, err)
	provider, err := openstack.AuthenticatedClient(t.Context(), options)
	ok(t, err)
	return provider
}

// compute is Nova's client at a microversion; "" asks for none.
func compute(t *testing.T, provider *gophercloud.ProviderClient, microversion string) *gophercloud.ServiceClient {
	t.Helper()
	client, err := openstack.NewComputeV2(provider, gophercloud.EndpointOpts{Region: os.Getenv("OS_REGION_NAME")})
	ok(t, err)
	client.Microversion = microversion
	return client
}

func list(t *testing.T, client *gophercloud.ServiceClient, options services.ListOpts) []services.Service {
	t.Helper()
	page, err := services.List(client, options).AllPages(t.Context())
	ok(t, err)
	found, err := services.ExtractServices(page)
	ok(t, err)
	return found
}

// on is the nova-compute of a host.
func on(t *testing.T, client *gophercloud.ServiceClient, host string) services.Service {
	t.Helper()
	found := list(t, client, services.ListOpts{Binary: "nova-compute", Host: host})
	if len(found) != 1 {
		t.Fatalf("there are %d services nova-compute on %s", len(found), host)
	}
	return found[0]
}

// refused expects that a request was turned down with this status and in these words of Nova.
func refused(t *testing.T, err error, status int, message string) {
	t.Helper()
	var unexpected gophercloud.ErrUnexpectedResponseCode
	if !errors.As(err, &unexpected) {
		t.Fatalf("expected to be refused with %d, but got: %v", status, err)
	}
	var envelope map[string]struct {
		Code    int
		Message string
	}
	if err := json.Unmarshal(unexpected.Body, &envelope); err != nil || len(envelope) != 1 {
		t.Fatalf("not Nova's envelope: %s", unexpected.Body)
	}
	for _, fault := range envelope {
		equal(t, unexpected.Actual, status)
		equal(t, fault.Code, status)
		equal(t, fault.Message, message)
	}
}

func control(t *testing.T, method, url, body string) {
	t.Helper()
	// t.Context() has ended by the time a test cleans up.
	request, err := http.NewRequestWithContext(context.Background(), method, url, strings.NewReader(body))
	ok(t, err)
	request.Header.Set("Content-Type", "application/json")
	response, err := http.DefaultClient.Do(request)
	ok(t, err)
	defer response.Body.Close()
	if response.StatusCode >= 300 {
		var answer bytes.Buffer
		_, _ = answer.ReadFrom(response.Body)
		t.Fatalf("%s %s: %d %s", method, url, response.StatusCode, answer.String())
	}
}

func ok(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func equal[T comparable](t *testing.T, got, want T) {
	t.Helper()
	if got != want {
		t.Errorf("got %v, want %v", got, want)
	}
}
