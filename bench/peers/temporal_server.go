//go:build temporal

package main

import (
	"fmt"
	"io/fs"
	"net"
	"path/filepath"
	"time"

	"go.temporal.io/server/common/authorization"
	"go.temporal.io/server/common/cluster"
	serverconfig "go.temporal.io/server/common/config"
	"go.temporal.io/server/common/dynamicconfig"
	"go.temporal.io/server/common/log"
	"go.temporal.io/server/common/metrics"
	"go.temporal.io/server/common/persistence/sql"
	"go.temporal.io/server/common/persistence/sql/sqlplugin"
	"go.temporal.io/server/common/persistence/sql/sqlplugin/postgresql"
	"go.temporal.io/server/common/persistence/sql/sqlplugin/sqlite"
	"go.temporal.io/server/common/resolver"
	"go.temporal.io/server/schema"
	v12 "go.temporal.io/server/schema/postgresql/v12"
	sqliteschema "go.temporal.io/server/schema/sqlite"
	"go.temporal.io/server/temporal"
)

const (
	loopback        = "127.0.0.1"
	temporalCluster = "active"
)

// startTemporal starts a server with all its services in this process, and returns where it listens.
func startTemporal(at site) (temporal.Server, string, error) {
	stored, shards, err := temporalStore(at)
	if err != nil {
		return nil, "", err
	}
	namespace, err := sqliteschema.NewNamespaceConfig(temporalCluster, temporalNamespace, false, nil)
	if err == nil {
		err = sqliteschema.CreateNamespaces(stored, namespace) // the rows are the same in PostgreSQL
	}
	if err != nil {
		return nil, "", err
	}
	ports, err := freePorts(8)
	if err != nil {
		return nil, "", err
	}
	address := fmt.Sprintf("%s:%d", loopback, ports[0])
	nowhere := serverconfig.HistoryArchivalNamespaceDefaults{State: "disabled"}
	c := &serverconfig.Config{
		Global: serverconfig.Global{Membership: serverconfig.Membership{
			MaxJoinDuration: 30 * time.Second, BroadcastAddress: loopback,
		}},
		Persistence: serverconfig.Persistence{
			DefaultStore: "sql", VisibilityStore: "sql", NumHistoryShards: shards,
			DataStores: map[string]serverconfig.DataStore{"sql": {SQL: stored}},
		},
		ClusterMetadata: &cluster.Config{
			FailoverVersionIncrement: 10, MasterClusterName: temporalCluster, CurrentClusterName: temporalCluster,
			ClusterInformation: map[string]cluster.ClusterInformation{
				temporalCluster: {Enabled: true, InitialFailoverVersion: 1, RPCAddress: address},
			},
		},
		DCRedirectionPolicy: serverconfig.DCRedirectionPolicy{Policy: "noop"},
		Services: map[string]serverconfig.Service{
			"frontend": temporalService(ports[0], ports[1]), "history": temporalService(ports[2], ports[3]),
			"matching": temporalService(ports[4], ports[5]), "worker": temporalService(ports[6], ports[7]),
		},
		Archival: serverconfig.Archival{
			History:    serverconfig.HistoryArchival{State: "disabled"},
			Visibility: serverconfig.VisibilityArchival{State: "disabled"},
		},
		PublicClient: serverconfig.PublicClient{HostPort: address},
		NamespaceDefaults: serverconfig.NamespaceDefaults{Archival: serverconfig.ArchivalNamespaceDefaults{
			History: nowhere, Visibility: serverconfig.VisibilityArchivalNamespaceDefaults{State: "disabled"},
		}},
	}
	s, err := temporal.NewServer(
		temporal.WithConfig(c),
		temporal.ForServices(temporal.DefaultServices),
		temporal.WithLogger(log.NewNoopLogger()),
		temporal.WithAuthorizer(authorization.NewNoopAuthorizer()),
		temporal.WithCustomMetricsHandler(metrics.NoopMetricsHandler),
		temporal.WithDynamicConfigClient(unlimited()),
	)
	if err != nil {
		return nil, "", err
	}
	return s, address, s.Start()
}

func temporalService(port, membership int) serverconfig.Service {
	return serverconfig.Service{RPC: serverconfig.RPC{
		GRPCPort: port, MembershipPort: membership, BindOnLocalHost: true,
	}}
}

// freePorts finds ports that nobody listens at. They are below those that the system gives out: in PostgreSQL the
// server keeps them in 16 bits, one of which is the sign.
func freePorts(n int) (ports []int, err error) {
	for port := 20_000; port < 32_000 && len(ports) < n; port++ {
		l, failed := net.Listen("tcp", fmt.Sprintf("%s:%d", loopback, port))
		if failed != nil {
			err = failed
			continue
		}
		if err := l.Close(); err != nil {
			return nil, err
		}
		ports = append(ports, port)
	}
	if len(ports) < n {
		return nil, fmt.Errorf("there are no %d free ports: %w", n, err)
	}
	return ports, nil
}

// unlimited takes away the limits of rates that a server comes with.
func unlimited() dynamicconfig.StaticClient {
	c := dynamicconfig.StaticClient{}
	for _, key := range []dynamicconfig.Key{
		dynamicconfig.FrontendRPS.Key(), dynamicconfig.FrontendMaxNamespaceRPSPerInstance.Key(),
		dynamicconfig.HistoryRPS.Key(), dynamicconfig.MatchingRPS.Key(),
		dynamicconfig.FrontendPersistenceMaxQPS.Key(), dynamicconfig.HistoryPersistenceMaxQPS.Key(),
		dynamicconfig.MatchingPersistenceMaxQPS.Key(), dynamicconfig.WorkerPersistenceMaxQPS.Key(),
	} {
		c[key] = []dynamicconfig.ConstrainedValue{{Value: 1_000_000}}
	}
	return c
}

// temporalStore makes the tables of a server.
func temporalStore(at site) (_ *serverconfig.SQL, shards int32, err error) {
	if !at.inPostgres() {
		c := &serverconfig.SQL{
			PluginName: sqlite.PluginName, DatabaseName: filepath.Join(at.dir, "temporal.db"),
			ConnectAttributes: map[string]string{"mode": "rwc", "journal_mode": "wal", "synchronous": "full"},
		}
		return c, 1, sqliteschema.SetupSchema(c)
	}
	c := &serverconfig.SQL{
		PluginName: postgresql.PluginNamePGX, DatabaseName: at.database, User: "postgres", Password: "none",
		ConnectAddr: loopback + ":5432", ConnectProtocol: "tcp",
		ConnectAttributes: map[string]string{"host": at.socket}, // it is asked, not the address
		MaxConns:          20, MaxIdleConns: 20,
	}
	admin, err := sql.NewSQLAdminDB(sqlplugin.DbKindUnknown, c, resolver.NewNoopResolver(), log.NewNoopLogger(),
		metrics.NoopMetricsHandler)
	if err != nil {
		return nil, 0, err
	}
	defer func() { _ = admin.Close() }()
	for _, name := range []string{"temporal", "visibility"} {
		text, err := fs.ReadFile(schema.Assets(), "postgresql/v12/"+name+"/schema.sql")
		if err == nil {
			err = admin.Exec(string(text))
		}
		if err != nil {
			return nil, 0, fmt.Errorf("the tables for %s: %w", name, err)
		}
	}
	if err := admin.CreateSchemaVersionTables(); err != nil {
		return nil, 0, err
	}
	// One database has one version. That of the main tables is beyond that of the others, which is all that is asked for.
	return c, 4, admin.UpdateSchemaVersion(at.database, v12.Version, v12.Version)
}
