// Package clients has tests with gophercloud against a running novasim.
package clients

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gophercloud/gophercloud/v2"
	"github.com/gophercloud/gophercloud/v2/openstack"
	"github.com/gophercloud/gophercloud/v2/openstack/compute/v2/services"
	"github.com/gophercloud/gophercloud/v2/openstack/utils"
)

var (
	byNumber = []string{"", "2.1", "2.11", "2.52"}
	byUUID   = []string{"2.53", "2.69", "2.104"}
)

// forceUp is what services.UpdateOpts cannot say, since it leaves false out.
type forceUp struct{}

func (forceUp) ToServiceUpdateMap() (map[string]any, error) {
	return map[string]any{"forced_down": false}, nil
}

// byHost is the body of an action before 2.53.
type byHost struct{ host, reason string }

func (opts byHost) ToServiceUpdateMap() (map[string]any, error) {
	body := map[string]any{"host": opts.host, "binary": "nova-compute"}
	if opts.reason != "" {
		body["disabled_reason"] = opts.reason
	}
	return body, nil
}

// each runs the test once for every microversion.
func each(t *testing.T, microversions []string, test func(t *testing.T, microversion string)) {
	for _, microversion := range microversions {
		name := microversion
		if name == "" {
			name = "none"
		}
		t.Run(name, func(t *testing.T) { test(t, microversion) })
	}
}

func TestListsServices(t *testing.T) {
	each(t, slices.Concat(byNumber, byUUID), func(t *testing.T, microversion string) {
		client := compute(t, login(t, byDefault, "admin"), microversion)
		var names []string
		for _, service := range list(t, client, services.ListOpts{}) {
			zone, id := "internal", number
			if service.Binary == "nova-compute" {
				zone = "nova"
				names = append(names, service.Host)
			} else {
				names = append(names, service.Binary)
			}
			if slices.Contains(byUUID, microversion) {
				id = uuid
			}
			if !id.MatchString(service.ID) {
				t.Errorf("the id of %s is %q", service.Host, service.ID)
			}
			if ago := time.Since(service.UpdatedAt); ago < -time.Second || ago > time.Minute {
				t.Errorf("%s was heard from at %s", service.Host, service.UpdatedAt)
			}
			want := services.Service{
				ID: service.ID, Binary: service.Binary, Host: service.Host, Zone: zone,
				Status: "enabled", State: "up", UpdatedAt: service.UpdatedAt,
			}
			equal(t, service, want)
		}
		slices.Sort(names)
		equal(t, strings.Join(names, " "), "host1 host2 host3 nova-conductor nova-scheduler")
	})
}

func TestListsServicesByHostAndBinary(t *testing.T) {
	client := compute(t, login(t, byDefault, "admin"), "2.53")
	equal(t, on(t, client, "host2").Host, "host2")
	equal(t, len(list(t, client, services.ListOpts{Binary: "nova-compute"})), 3)
	equal(t, len(list(t, client, services.ListOpts{Host: "nowhere"})), 0)
}

func TestDisablesAndEnables(t *testing.T) {
	each(t, byUUID, func(t *testing.T, microversion string) {
		client := compute(t, login(t, byDefault, "admin"), microversion)
		before := on(t, client, "host3")
		disable := services.UpdateOpts{Status: services.ServiceDisabled, DisabledReason: "disk is full"}
		disabled, err := services.Update(t.Context(), client, before.ID, disable).Extract()
		ok(t, err)
		want := before
		want.Status, want.DisabledReason, want.UpdatedAt = "disabled", "disk is full", disabled.UpdatedAt
		equal(t, *disabled, want)
		equal(t, on(t, client, "host3").DisabledReason, "disk is full")

		enabled, err := services.Update(t.Context(), client, before.ID, services.UpdateOpts{Status: services.ServiceEnabled}).Extract()
		ok(t, err)
		want = before
		want.UpdatedAt = enabled.UpdatedAt
		equal(t, *enabled, want)
	})
}

func TestDisablesByHostAtOldVersions(t *testing.T) {
	each(t, byNumber, func(t *testing.T, microversion string) {
		client := compute(t, login(t, byDefault, "admin"), microversion)
		// The answer is not a whole service: it has no id.
		ok(t, services.Update(t.Context(), client, "disable-log-reason", byHost{"host3", "disk is full"}).Err)
		service := on(t, client, "host3")
		equal(t, service.Status+": "+service.DisabledReason, "disabled: disk is full")
		ok(t, services.Update(t.Context(), client, "enable", byHost{"host3", ""}).Err)
		service = on(t, client, "host3")
		equal(t, service.Status+": "+service.DisabledReason, "enabled: ")
	})
}

func TestForcesDownAndUp(t *testing.T) {
	each(t, byUUID, func(t *testing.T, microversion string) {
		client := compute(t, login(t, byDefault, "admin"), microversion)
		id := on(t, client, "host3").ID
		down, err := services.Update(t.Context(), client, id, services.UpdateOpts{ForcedDown: true}).Extract()
		ok(t, err)
		equal(t, down.ForcedDown, true)
		equal(t, down.State, "down")
		up, err := services.Update(t.Context(), client, id, forceUp{}).Extract()
		ok(t, err)
		equal(t, up.ForcedDown, false)
		equal(t, up.State, "up")
		equal(t, on(t, client, "host3").State, "up")
	})
}

func TestDoesNotForceUpBeforeEvacuationsAreCompleted(t *testing.T) {
	client := compute(t, login(t, evacuated, "admin"), "2.53")
	err := services.Update(t.Context(), client, on(t, client, "host3").ID, forceUp{}).Err
	refused(t, err, http.StatusBadRequest, "Unable to force up host host3 as `done` evacuation migration records remain "+
		"associated with the host. Ensure the compute service has been restarted, allowing these records to move to "+
		"`completed` before retrying this request.")
	equal(t, on(t, client, "host3").ForcedDown, true)
}

func TestDoesNotUpdateByIDAtOldVersions(t *testing.T) {
	each(t, []string{"2.1", "2.52"}, func(t *testing.T, microversion string) {
		client := compute(t, login(t, byDefault, "admin"), microversion)
		id := on(t, client, "host3").ID
		err := services.Update(t.Context(), client, id, services.UpdateOpts{Status: services.ServiceDisabled}).Err
		refused(t, err, http.StatusBadRequest, "'host' is a required property")
		equal(t, on(t, client, "host3").Status, "enabled")
	})
}

func TestDoesNotUpdateWhatItCannot(t *testing.T) {
	client := compute(t, login(t, byDefault, "admin"), "2.53")
	disable := services.UpdateOpts{Status: services.ServiceDisabled}
	err := services.Update(t.Context(), client, unknown, disable).Err
	refused(t, err, http.StatusNotFound, "Service "+unknown+" could not be found.")
	conductor := list(t, client, services.ListOpts{Binary: "nova-conductor"})[0]
	err = services.Update(t.Context(), client, conductor.ID, disable).Err
	refused(t, err, http.StatusBadRequest,
		"Updating a nova-conductor service is not supported. Only nova-compute services can be updated.")
	id := on(t, client, "host3").ID
	err = services.Update(t.Context(), client, id, services.UpdateOpts{Status: services.ServiceEnabled, DisabledReason: "why"}).Err
	refused(t, err, http.StatusBadRequest, "Specifying 'disabled_reason' with status 'enabled' is invalid.")
	err = services.Update(t.Context(), client, id, services.UpdateOpts{}).Err
	refused(t, err, http.StatusBadRequest, "No updates were requested. Fields 'status' or 'forced_down' should be specified.")
}

func TestDeletes(t *testing.T) {
	each(t, slices.Concat(byNumber, byUUID), func(t *testing.T, microversion string) {
		client := compute(t, login(t, removable, "admin"), microversion)
		gone := on(t, client, "host3")
		equal(t, gone.State, "down")
		ok(t, services.Delete(t.Context(), client, gone.ID).ExtractErr())
		equal(t, len(list(t, client, services.ListOpts{Host: "host3"})), 0)
		err := services.Delete(t.Context(), client, gone.ID).ExtractErr()
		refused(t, err, http.StatusNotFound, "Service "+gone.ID+" not found.")
	})
}

func TestDoesNotDeleteAServiceThatHostsInstances(t *testing.T) {
	each(t, []string{"", "2.53"}, func(t *testing.T, microversion string) {
		client := compute(t, login(t, removable, "admin"), microversion)
		err := services.Delete(t.Context(), client, on(t, client, "host1").ID).ExtractErr()
		refused(t, err, http.StatusConflict,
			"Unable to delete compute service that is hosting instances. Migrate or delete the instances first.")
		equal(t, on(t, client, "host1").State, "up")
	})
}

func TestDoesNotDeleteWhatItDoesNotFind(t *testing.T) {
	provider := login(t, byDefault, "admin")
	for _, refusal := range []struct {
		microversion, id string
		status           int
		message          string
	}{
		{"", "987654", http.StatusNotFound, "Service 987654 not found."},
		{"2.1", unknown, http.StatusBadRequest, "Invalid input received: id must be an integer"},
		{"2.53", "7", http.StatusBadRequest, "Invalid uuid 7"},
		{"2.104", unknown, http.StatusNotFound, "Service " + unknown + " not found."},
	} {
		err := services.Delete(t.Context(), compute(t, provider, refusal.microversion), refusal.id).ExtractErr()
		refused(t, err, refusal.status, refusal.message)
	}
}

func TestAReaderMayNot(t *testing.T) {
	client := compute(t, login(t, byDefault, "reader"), "2.53")
	denied := func(policy string) string {
		return "Policy doesn't allow os_compute_api:os-services:" + policy + " to be performed."
	}
	_, err := services.List(client, nil).AllPages(t.Context())
	refused(t, err, http.StatusForbidden, denied("list"))
	err = services.Update(t.Context(), client, unknown, services.UpdateOpts{Status: services.ServiceDisabled}).Err
	refused(t, err, http.StatusForbidden, denied("update"))
	err = services.Delete(t.Context(), client, unknown).ExtractErr()
	refused(t, err, http.StatusForbidden, denied("delete"))
}

func TestRefusesAVersionItDoesNotOffer(t *testing.T) {
	client := compute(t, login(t, byDefault, "admin"), "2.105")
	_, err := services.List(client, nil).AllPages(t.Context())
	if !gophercloud.ResponseCodeIs(err, http.StatusNotAcceptable) {
		t.Errorf("expected a 406, but got: %v", err)
	}
}

func TestDiscoversTheVersionsItOffers(t *testing.T) {
	client := compute(t, login(t, byDefault, "admin"), "")
	supported, err := utils.GetSupportedMicroversions(t.Context(), client)
	ok(t, err)
	equal(t, supported, utils.SupportedMicroversions{MinMajor: 2, MinMinor: 1, MaxMajor: 2, MaxMinor: 104})
}

func TestDoesNotLetAStrangerIn(t *testing.T) {
	login(t, byDefault, "admin")
	t.Setenv("OS_PASSWORD", "wrong")
	options, err := openstack.AuthOptionsFromEnv()
	ok(t, err)
	_, err = openstack.AuthenticatedClient(t.Context(), options)
	if !gophercloud.ResponseCodeIs(err, http.StatusUnauthorized) {
		t.Errorf("expected a 401, but got: %v", err)
	}
}

func TestLogsInAgainWhenItsTokenIsRevoked(t *testing.T) {
	login(t, byDefault, "admin")
	options, err := openstack.AuthOptionsFromEnv()
	ok(t, err)
	options.AllowReauth = true
	provider, err := openstack.AuthenticatedClient(t.Context(), options)
	ok(t, err)
	token := provider.Token()
	identity, err := openstack.NewIdentityV3(provider, gophercloud.EndpointOpts{})
	ok(t, err)
	response, err := identity.Delete(t.Context(), identity.ServiceURL("auth", "tokens"), &gophercloud.RequestOpts{
		MoreHeaders: map[string]string{"X-Subject-Token": token},
	})
	ok(t, err)
	equal(t, response.StatusCode, http.StatusNoContent)
	equal(t, on(t, compute(t, provider, "2.53"), "host1").State, "up")
	if provider.Token() == token {
		t.Error("the token is still the one that was revoked")
	}
}
