package examples

import (
	"testing"
	"time"

	"github.com/gophercloud/gophercloud/v2"
	"github.com/gophercloud/gophercloud/v2/openstack/compute/v2/migrations"
	"github.com/gophercloud/gophercloud/v2/openstack/compute/v2/servers"
	"github.com/gophercloud/gophercloud/v2/openstack/compute/v2/services"
)

func TestDrainsAHost(t *testing.T) {
	nova, service, _ := crowded(t)
	ok(t, services.Update(t.Context(), nova, service, services.UpdateOpts{Status: "disabled", DisabledReason: "drained"}).Err)
	empty(t, nova, "host1", "live-migration", func(id string) error {
		return servers.LiveMigrate(t.Context(), nova, id, servers.LiveMigrateOpts{BlockMigration: new(bool)}).ExtractErr()
	})
	ok(t, services.Delete(t.Context(), nova, service).ExtractErr())
}

func TestFencesAHostAndTakesItBack(t *testing.T) {
	nova, service, steer := crowded(t)
	steer("PATCH", "/services/nova-compute@host1", `{"process": "stopped"}`)
	ok(t, services.Update(t.Context(), nova, service, services.UpdateOpts{ForcedDown: true}).Err)
	old := *nova
	old.Microversion = "2.13" // gophercloud sends onSharedStorage, which Nova takes up to here
	empty(t, nova, "host1", "evacuation", func(id string) error {
		return servers.Evacuate(t.Context(), &old, id, servers.EvacuateOpts{}).Err
	})
	url, expected := nova.ServiceURL("os-services", service), gophercloud.RequestOpts{OkCodes: []int{200}}
	up := map[string]bool{"forced_down": false} // UpdateOpts leaves out what is false
	if _, err := nova.Put(t.Context(), url, up, nil, &expected); !gophercloud.ResponseCodeIs(err, 400) {
		t.Errorf("before it has been restarted Nova refuses, but there was: %v", err)
	}
	steer("PATCH", "/services/nova-compute@host1", `{"process": "running"}`)
	steer("POST", "/clock/advance", `{"by": "10s"}`)
	_, err := nova.Put(t.Context(), url, up, nil, &expected)
	ok(t, err)
}

// empty moves all servers off a host, and waits until each is elsewhere.
func empty(t *testing.T, nova *gophercloud.ServiceClient, host, kind string, move func(id string) error) {
	page, err := servers.List(nova, servers.ListOpts{AllTenants: true, Host: host}).AllPages(t.Context())
	ok(t, err)
	found, err := servers.ExtractServers(page)
	ok(t, err)
	for _, server := range found {
		ok(t, move(server.ID))
	}
	for moved, end := 0, time.Now().Add(time.Minute); moved < len(found); time.Sleep(100 * time.Millisecond) {
		page, err := migrations.List(nova, migrations.ListOpts{SourceCompute: &host, MigrationType: &kind}).AllPages(t.Context())
		ok(t, err)
		records, _ := migrations.ExtractMigrations(page)
		count := map[string]int{}
		for _, each := range records {
			count[each.Status]++
		}
		if moved = count["done"] + count["completed"]; count["error"]+count["failed"] > 0 || time.Now().After(end) {
			t.Fatalf("not all of %d are off %s: %v", len(found), host, count)
		}
	}
}

// crowded is a cloud with 50 servers on host1, whose moves take 20 seconds of a clock that runs 60 times as fast.
func crowded(t *testing.T) (*gophercloud.ServiceClient, string, func(method, path, body string) map[string]any) {
	nova, steer := cloud(t)
	steer("POST", "/instances", `{"count": 50, "name": "web-{n}", "host": "host1"}`)
	steer("PUT", "/durations", `{"live-migrate": "20s", "evacuate": "20s"}`)
	steer("PUT", "/clock", `{"mode": "real", "rate": 60}`)
	return nova, serviceOn(t, nova, "host1").ID, steer
}

func ok(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
