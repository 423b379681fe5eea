package examples

// #region services
import (
	"context"
	"net/http"
	"testing"

	"github.com/gophercloud/gophercloud/v2"
	"github.com/gophercloud/gophercloud/v2/openstack/compute/v2/services"
)

func TestASilentHostIsSeenAsDown(t *testing.T) {
	nova, steer := cloud(t)
	steer("PATCH", "/services/nova-compute@host1", `{"process": "stopped"}`)
	steer("POST", "/clock/advance", `{"by": "61s"}`)

	found := serviceOn(t, nova, "host1")
	if found.State != "down" || found.Status != "enabled" {
		t.Errorf("host1 is %s and %s", found.State, found.Status)
	}
}

func TestNovaRefusesToDelete(t *testing.T) {
	nova, steer := cloud(t)
	steer("POST", "/faults", `{"match": {"operation": "os-services:delete"}, "do": "conflict"}`)

	_, err := nova.Delete(context.Background(), nova.ServiceURL("os-services", serviceOn(t, nova, "host3").ID), nil)
	if !gophercloud.ResponseCodeIs(err, http.StatusConflict) {
		t.Errorf("expected a 409, got %v", err)
	}
	verdict := steer("POST", "/journal/verify",
		`{"request": {"operation": "os-services:delete", "host": "host3"}, "times": 1}`)
	if verdict["ok"] != true {
		t.Error(verdict["message"])
	}
}

func serviceOn(t *testing.T, nova *gophercloud.ServiceClient, host string) services.Service {
	t.Helper()
	pages, err := services.List(nova, services.ListOpts{Host: host}).AllPages(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	found, err := services.ExtractServices(pages)
	if err != nil || len(found) != 1 {
		t.Fatalf("expected one service on %s, got %d (%v)", host, len(found), err)
	}
	return found[0]
}

// #endregion
