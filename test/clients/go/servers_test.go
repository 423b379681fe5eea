package clients

import (
	"context"
	"slices"
	"testing"

	"github.com/gophercloud/gophercloud/v2"
	"github.com/gophercloud/gophercloud/v2/openstack/compute/v2/migrations"
	"github.com/gophercloud/gophercloud/v2/openstack/compute/v2/servers"
	"github.com/gophercloud/gophercloud/v2/openstack/compute/v2/tags"
	"github.com/gophercloud/gophercloud/v2/pagination"
)

// peopled has servers on host1 and host2, one of which moves.
const peopled = `{"services": [` + others + `],
	"instances": [
		{"name": "web-{n}", "host": "host1", "count": 5, "created_at": "2026-01-01T00:00:00Z"},
		{"name": "db", "host": "host2", "created_at": "2026-01-02T00:00:00Z", "metadata": {"role": "db"}, "tags": ["gold"], "locked_by": "admin"},
		{"name": "mine", "host": "host2", "created_at": "2026-01-03T00:00:00Z", "project": "demo", "user": "reader"},
		{"name": "broken", "created_at": "2026-01-04T00:00:00Z", "status": "ERROR",
			"fault": {"code": 500, "message": "No valid host was found. ", "created_at": "2026-01-04T00:00:00Z"}},
		{"name": "going", "host": "host1", "created_at": "2026-01-05T00:00:00Z", "status": "MIGRATING"}],
	"migrations": [
		{"type": "evacuation", "status": "done", "source": "host2", "dest": "host1", "instance": "web-1", "created_at": "2026-01-06T00:00:00Z"},
		{"type": "live-migration", "status": "running", "source": "host1", "dest": "host2", "instance": "going", "created_at": "2026-01-07T00:00:00Z"}]}`

var serverVersions = []string{"", "2.26", "2.53", "2.73", "2.96", "2.104"}

func TestListsServersOfOneHost(t *testing.T) {
	each(t, serverVersions, func(t *testing.T, microversion string) {
		client := compute(t, login(t, peopled, "admin"), microversion)
		same(t, names(t, client, servers.ListOpts{AllTenants: true, Host: "host1"}), "going", "web-1", "web-2", "web-3", "web-4", "web-5")
		same(t, names(t, client, servers.ListOpts{Status: "ERROR"}), "broken")
		same(t, names(t, client, servers.ListOpts{Name: "^d"}), "db")
	})
}

func TestListsServersInPages(t *testing.T) {
	client := compute(t, login(t, peopled, "admin"), "2.96")
	pages := 0
	err := servers.List(client, servers.ListOpts{AllTenants: true, Limit: 2}).EachPage(t.Context(), func(_ context.Context, page pagination.Page) (bool, error) {
		pages++
		_, err := servers.ExtractServers(page)
		return true, err
	})
	ok(t, err)
	equal(t, pages, 5)
	equal(t, len(names(t, client, servers.ListOpts{AllTenants: true, Limit: 2})), 9)
}

func TestShowsAServer(t *testing.T) {
	each(t, serverVersions, func(t *testing.T, microversion string) {
		client := compute(t, login(t, peopled, "admin"), microversion)
		server, err := servers.Get(t.Context(), client, idOf(t, client, "db")).Extract()
		ok(t, err)
		equal(t, server.Host, "host2")
		equal(t, server.Metadata["role"], "db")
		equal(t, server.Status, "ACTIVE")
		equal(t, server.Created.UTC().Format("2006-01-02"), "2026-01-02")
		broken, err := servers.Get(t.Context(), client, idOf(t, client, "broken")).Extract()
		ok(t, err)
		equal(t, broken.Fault.Message, "No valid host was found. ")
	})
}

func TestAReaderSeesTheirServers(t *testing.T) {
	client := compute(t, login(t, peopled, "reader"), "2.96")
	same(t, names(t, client, servers.ListOpts{}), "mine")
	_, err := servers.List(client, servers.ListOpts{AllTenants: true}).AllPages(t.Context())
	if !gophercloud.ResponseCodeIs(err, 403) {
		t.Fatalf("expected a 403, and there was %v", err)
	}
}

func TestWritesMetadataAndTags(t *testing.T) {
	client := compute(t, login(t, peopled, "admin"), "2.96")
	id := idOf(t, client, "web-1")
	metadata, err := servers.UpdateMetadata(t.Context(), client, id, servers.MetadataOpts{"evacuable": "true"}).Extract()
	ok(t, err)
	equal(t, metadata["evacuable"], "true")
	ok(t, servers.DeleteMetadatum(t.Context(), client, id, "evacuable").ExtractErr())
	ok(t, tags.Add(t.Context(), client, id, "hot").ExtractErr())
	there, err := tags.Check(t.Context(), client, id, "hot").Extract()
	ok(t, err)
	equal(t, there, true)
	ok(t, tags.Delete(t.Context(), client, id, "hot").ExtractErr())
	left, err := tags.List(t.Context(), client, id).Extract()
	ok(t, err)
	equal(t, len(left), 0)
}

func TestListsMigrations(t *testing.T) {
	client := compute(t, login(t, peopled, "admin"), "2.80")
	page, err := migrations.List(client, migrations.ListOpts{}).AllPages(t.Context())
	ok(t, err)
	found, err := migrations.ExtractMigrations(page)
	ok(t, err)
	equal(t, len(found), 2)
	equal(t, found[0].MigrationType, "live-migration")
	equal(t, found[1].SourceCompute, "host2")
	equal(t, found[0].InstanceID, idOf(t, client, "going"))
}

func names(t *testing.T, client *gophercloud.ServiceClient, options servers.ListOpts) []string {
	t.Helper()
	var found []string
	for _, server := range listServers(t, client, options) {
		found = append(found, server.Name)
	}
	slices.Sort(found)
	return found
}

func idOf(t *testing.T, client *gophercloud.ServiceClient, name string) string {
	t.Helper()
	found := listServers(t, client, servers.ListOpts{AllTenants: true, Name: "^" + name + "$"})
	equal(t, len(found), 1)
	return found[0].ID
}

func listServers(t *testing.T, client *gophercloud.ServiceClient, options servers.ListOpts) []servers.Server {
	t.Helper()
	page, err := servers.List(client, options).AllPages(t.Context())
	ok(t, err)
	found, err := servers.ExtractServers(page)
	ok(t, err)
	return found
}

func same(t *testing.T, got []string, want ...string) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Fatalf("expected %v, and there was %v", want, got)
	}
}
