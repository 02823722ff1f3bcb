// SPDX-License-Identifier: Apache-2.0
// For tests of what stands on Records: each kind of store there is, empty, and opened again with what it kept.
#pragma once
#include <gtest/gtest.h>
#include <libpq-fe.h>

#include "storage/conformance/postgresql_test.hpp"

namespace muniment::storage::testing {

enum class Store { memory, sqlite, postgresql };
inline constexpr Store all_stores[] = {Store::memory, Store::sqlite, Store::postgresql};

inline std::string name_of(const ::testing::TestParamInfo<Store>& info) {
    return info.param == Store::memory ? "memory" : info.param == Store::sqlite ? "sqlite" : "postgresql";
}

/// In PostgreSQL every batch is rehearsed: run, undone and run again. Work that adds to its results instead of setting them is
/// found so.
class StoreOf {
  public:
    StoreOf(Store store, std::filesystem::path file) : store_(store), file_(std::move(file)) {}
    bool keeps() const { return store_ != Store::memory; }
    std::unique_ptr<Records> open() const {
        if (store_ == Store::memory) return open_memory();
        if (store_ == Store::sqlite) return open_sqlite(file_).value();
        return open_postgresql(PostgresqlServer::shared().url(), database_, {.others = Others::admit}).value();
    }

    /// What PostgreSQL's operator does, or a standby that lagged and takes over: every table as it was when it was kept.
    void keep() const {
        operate("CREATE SCHEMA \"" + kept() + "\"; " + for_each_table("CREATE TABLE \"" + kept() + "\".%1$I AS TABLE %1$I"));
    }
    void put_back() const { operate(for_each_table("TRUNCATE %1$I; INSERT INTO %1$I SELECT * FROM \"" + kept() + "\".%1$I")); }
    void operate(const std::string& sql) const {
        auto* connection = PQconnectdb(PostgresqlServer::shared().url().c_str());
        auto* done = PQexec(connection, ("SET search_path = \"" + database_.schema + "\"; " + sql).c_str());
        EXPECT_EQ(PQresultStatus(done), PGRES_COMMAND_OK) << PQresultErrorMessage(done);
        PQclear(done);
        PQfinish(connection);
    }

  private:
    std::string kept() const { return database_.schema + "-kept"; }
    std::string for_each_table(const std::string& does) const {
        return "DO $$ DECLARE name text; BEGIN FOR name IN SELECT tablename FROM pg_tables WHERE schemaname = '" + database_.schema +
               "' LOOP EXECUTE format('" + does + "', name); END LOOP; END $$";
    }

    Store store_;
    std::filesystem::path file_;
    PostgresqlForTests database_ = fresh_database(/*rehearses=*/true);
};

}  // namespace muniment::storage::testing
