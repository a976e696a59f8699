// The counts that both the closing summary and `spinneret stats` show. Plain joins instead of v_pages, whose titles and
// ends of redirects nobody asks for here and which cost look-ups for each row.
#pragma once

namespace spinneret::cli {

inline constexpr char kStatusCounts[] =
    "SELECT f.status AS status, count(*) AS pages FROM outcomes AS o JOIN fetches AS f ON f.id = o.fetch_id"
    " WHERE o.kind < 3 AND f.status IS NOT NULL GROUP BY 1 ORDER BY 1";
inline constexpr char kErrorCounts[] =
    "SELECT reason AS error, count(*) AS pages FROM outcomes WHERE kind IN (1, 2) AND reason IS NOT NULL"
    " GROUP BY 1 ORDER BY 2 DESC, 1";
inline constexpr char kSkipCounts[] = "SELECT reason, count(*) AS urls FROM v_skipped GROUP BY 1 ORDER BY 2 DESC, 1";

}  // namespace spinneret::cli
